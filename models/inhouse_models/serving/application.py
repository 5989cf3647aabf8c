"""The addresses that other programs ask: OpenAI's and llama.cpp's."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from inhouse_models.chat import Finish, Part
from inhouse_models.serving.answering import answer
from inhouse_models.serving.chat_answer import chat_events, whole_chat
from inhouse_models.serving.chat_request import read_chat
from inhouse_models.serving.counting import count_chat
from inhouse_models.serving.embedding import embed
from inhouse_models.serving.faults import Fault, fault_of
from inhouse_models.serving.fields import Fields
from inhouse_models.serving.figures import CONTENT_TYPE
from inhouse_models.serving.filling import fill_in, fill_text
from inhouse_models.serving.replying import Answer, Reply, Replying
from inhouse_models.serving.served import Served
from inhouse_models.serving.text_answer import read_text, text_events, whole_text
from inhouse_models.serving.tokens import detokenise, tokenise
from inhouse_models.serving.told import Teller

UNKNOWN = Fault(
    "There is nothing at this address. inhouse serves /v1/chat/completions (and .../input_tokens),"
    " /v1/completions, /v1/embeddings, /v1/models, /infill, /tokenize, /detokenize, /health, /props"
    " and /metrics.",
    code="not_found",
    status=404,
)


class ServedApplication:
    """What is served, as an ASGI application. `stop` ends what is open."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End all answers that are being written; their programs are told."""
        self._stopping.set()

    def routes(self) -> Starlette:
        """The ASGI application."""
        asked: dict[str, Answer] = {
            "/v1/chat/completions": self.chat,
            "/v1/chat/completions/input_tokens": self.count,
            "/v1/completions": self.text,
            "/v1/embeddings": self.embeddings,
            "/infill": self.infill,
            "/tokenize": self.tokenise,
            "/detokenize": self.detokenise,
        }
        looked = {
            "/v1/models": self.models,
            "/v1/health": self.health,
            "/props": self.props,
            "/metrics": self.metrics,
        }
        short = {path: path.removeprefix("/v1") for path in (*asked, *looked)}
        return Starlette(
            routes=[
                *(
                    Route(one, Replying(answer, self._stopping), methods=["POST"])
                    for path, answer in asked.items()
                    for one in {path, short[path]}
                ),
                *(Route(one, look) for path, look in looked.items() for one in {path, short[path]}),
            ],
            exception_handlers={404: _unknown, 405: _unknown},
        )

    async def chat(self, fields: Fields) -> Reply:
        """`/v1/chat/completions`."""
        asked = read_chat(fields, self._served.sampling)
        teller = Teller(self._served, "chatcmpl")
        parts = answer(self._served, asked)
        if not asked.stream:
            return await whole_chat(teller, parts)
        first = await _begin(parts)
        if isinstance(first, Fault):
            return first
        return chat_events(teller, asked, first)

    async def count(self, fields: Fields) -> Reply:
        """llama.cpp's `/v1/chat/completions/input_tokens`."""
        return await count_chat(self._served, fields)

    async def text(self, fields: Fields) -> Reply:
        """`/v1/completions`; with a `suffix` what stands between."""
        teller = Teller(self._served, "cmpl")
        if fields.text("suffix"):
            return await fill_text(self._served, teller, fields)
        asked = read_text(fields, self._served.sampling)
        parts = answer(self._served, asked)
        if not asked.stream:
            return await whole_text(teller, asked, parts)
        first = await _begin(parts)
        if isinstance(first, Fault):
            return first
        return text_events(teller, asked, first)

    async def infill(self, fields: Fields) -> Reply:
        """llama.cpp's `/infill`."""
        return await fill_in(self._served, fields)

    async def embeddings(self, fields: Fields) -> Reply:
        """`/v1/embeddings`."""
        return await embed(self._served, fields)

    async def tokenise(self, fields: Fields) -> Reply:
        """llama.cpp's `/tokenize`."""
        return await tokenise(self._served, fields)

    async def detokenise(self, fields: Fields) -> Reply:
        """llama.cpp's `/detokenize`."""
        return await detokenise(self._served, fields)

    async def models(self, _request: HttpRequest) -> Response:
        """`/v1/models`: the one that answers."""
        info, facts = self._served.info, self._served.facts
        model = {
            "id": info.name,
            "object": "model",
            "created": self._served.created,
            "owned_by": "inhouse",
            "max_model_len": info.context_size,
            "meta": {
                "n_ctx": info.context_size,
                "n_ctx_train": facts.get("trained_context"),
                "n_params": facts.get("parameters"),
            },
        }
        return JSONResponse({"object": "list", "data": [model]})

    async def health(self, _request: HttpRequest) -> Response:
        """llama.cpp's `/health`: who serves is ready, the engine starts when it is asked."""
        return JSONResponse({"status": "ok"})

    async def props(self, _request: HttpRequest) -> Response:
        """llama.cpp's `/props`, as far as it means something here."""
        name, facts = self._served.info.name, self._served.facts
        settings = {"n_ctx": self._served.info.context_size, "params": {"n_predict": -1}}
        return JSONResponse(
            {
                "default_generation_settings": settings,
                "total_slots": 1,
                "model_alias": name,
                "model_path": name,
                "modalities": {"vision": facts.get("vision", False), "audio": False},
                "chat_template": facts.get("template", ""),
            }
        )

    async def metrics(self, _request: HttpRequest) -> Response:
        """Counters for Prometheus."""
        return PlainTextResponse(self._served.figures.text(), media_type=CONTENT_TYPE)


async def _begin(parts: AsyncGenerator[Part]) -> AsyncGenerator[Part] | Fault:
    """The same parts, once the first is there; a fault when there is nothing but that."""
    first = await anext(parts)
    if isinstance(first, Finish) and first.error is not None:
        await parts.aclose()
        return fault_of(first.error)
    return _chain(first, parts)


async def _chain(first: Part, parts: AsyncGenerator[Part]) -> AsyncGenerator[Part]:
    yield first
    async with aclosing(parts):
        async for part in parts:
            yield part


async def _unknown(_request: HttpRequest, _problem: Exception) -> Response:
    return UNKNOWN.response()
