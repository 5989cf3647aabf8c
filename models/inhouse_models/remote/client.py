"""A model client for a server that is not our own engine, given by its URL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

from inhouse_models.chat import (
    Choices,
    Finish,
    Message,
    ModelError,
    ModelInfo,
    Part,
    Request,
    ServerFacts,
    ToolCall,
    Usage,
)
from inhouse_models.client import Answer, Lost, Manners, stream_answer
from inhouse_models.completion import Completion, CompletionRequest
from inhouse_models.filling_client import ask_infill
from inhouse_models.remote.abilities import abilities_of, as_rows
from inhouse_models.remote.address import Address, AddressFault, read_address
from inhouse_models.remote.asking import NoReply, ask
from inhouse_models.remote.choosing import choose_context, choose_model
from inhouse_models.remote.connection import open_http
from inhouse_models.remote.counting import count_exactly, estimate, estimate_text
from inhouse_models.remote.dialect import shape_body
from inhouse_models.remote.identifying import identify
from inhouse_models.remote.ollama import load_model
from inhouse_models.remote.refusal import is_overflow, message_of, read_refusal
from inhouse_models.remote.served import NotServed, Served, ServedModel
from inhouse_models.remote.told_calls import read_told_calls
from inhouse_models.wire import encode_request

OPEN_KEY = (
    "The API key goes to {host} unencrypted, and all that is said: use https or an ssh tunnel."
)
# A server answers at once, unless it is busy with somebody else, or loads its model.
PATIENCE_SECONDS = 60.0
SECONDS_BETWEEN_LOOKS = 0.5
SILENT = "{url} accepts connections, but does not say what it is."
BROKE = "The connection to {url} broke: {cause}."
NOTHING = "{label} answered nothing to a prompt of about {tokens:,} tokens; it has {context:,}."
NO_INFILL = "{label} at {url} cannot complete at a cursor: it has no /infill."
TOO_LONG = "The prompt has about {tokens:,} tokens, and {label} would cut it to {context:,} unsaid."
# These drop the beginning of a conversation that is too long, or answer nothing at all.
CUTTING = frozenset({"Ollama", "LM Studio"})


def open_remote(
    url: str, model: str = "", context: int = 0, key: str = ""
) -> "RemoteClient | ModelError":
    """The client for this URL; `context` 0 means what the server gives, `key` is sent to it."""
    address = read_address(url)
    if isinstance(address, AddressFault):
        return ModelError("no_model", address.text)
    return RemoteClient(address, model, context, key)


class RemoteClient:
    """Talks to vLLM, SGLang, llama-server, llama-cpp-python, Ollama, LM Studio, or inhouse's own.

    The server is not trusted: what it sends is bounded, redirects are not followed, and of what it
    says only text, calls and figures are taken.
    """

    def __init__(self, address: Address, model: str = "", context: int = 0, key: str = "") -> None:
        self._address = address
        self._wanted_model = model
        self._wanted_context = context
        self._key = bool(key)
        self._http = open_http(address, key)
        self._served = Served(address.base, "unknown")
        self._model = ServedModel(model)
        self._info: ModelInfo | None = None

    async def info(self) -> ModelInfo | ModelError:
        """What answers, with the context that it really has; the server is asked once."""
        if self._info is None:
            asked = await self._ask_about()
            if isinstance(asked, ModelError):
                return asked
            self._info = asked
        return self._info

    async def _ask_about(self) -> ModelInfo | ModelError:
        served = await self._identify()
        if isinstance(served, NotServed):
            return ModelError("no_model", served.text)
        chosen = choose_model(served, self._wanted_model)
        if isinstance(chosen, ModelError):
            return chosen
        model = chosen.model
        if served.engine == "Ollama":
            model = await load_model(self._http, model)
        window = choose_context(served, model, self._wanted_context)
        self._served, self._model = served, model
        notices = [*chosen.notices, *window.notices]
        if model.note:
            notices.append(f"{model.name}: {model.note}.")
        if self._key and not self._address.hidden and not self._address.local:
            notices.append(OPEN_KEY.format(host=self._address.host))
        off = as_rows(abilities_of(served, model))
        facts = ServerFacts(self._address.base, served.label, off, tuple(notices))
        return ModelInfo(
            model.name,
            "",
            window.tokens,
            "large",
            thinks=bool(model.thinks),
            server=facts,
            sees=bool(model.sees),
        )

    async def _identify(self) -> Served | NotServed:
        """What answers there; a server that still loads its model is waited for."""
        served = NotServed(self._address.base, SILENT.format(url=self._address.base))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    served = await identify(self._http, self._address.base, key=self._key)
                    if isinstance(served, Served) or not served.loading:
                        return served
                    await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        except TimeoutError:
            return served

    async def count(self, request: Request) -> int | ModelError:
        """The tokens of the prompt: the server's own count where it counts, else an estimate."""
        info = await self.info()
        if isinstance(info, ModelError):
            return info
        counted = await count_exactly(self._http, request, self._served.engine, self._model)
        return estimate(request) if counted is None else counted

    async def stream(self, request: Request) -> AsyncIterator[Part]:
        """The answer; a broken connection is an error, since the server's state is not ours."""
        info = await self.info()
        if isinstance(info, ModelError):
            yield Finish(Message("assistant"), "error", error=info)
            return
        # Names of files are for our own engine: another server would not hold calls to them.
        request = replace(request, choices=Choices())
        if self._served.engine in CUTTING and (tokens := estimate(request)) > info.context_size:
            yield Finish(
                Message("assistant"), "error", error=self._too_long(TOO_LONG, tokens, info)
            )
            return
        answer = Answer()
        manners = Manners(
            own=False,
            shape=partial(shape_body, engine=self._served.engine, model=self._model),
            refuse=partial(read_refusal, self._address.base),
        )
        async for part in stream_answer(self._http, request, answer, manners):
            if isinstance(part, Lost):
                answer.error = await self._explain(part, request, answer)
            else:
                yield part
        for call in _take_told_calls(answer, request):
            yield call
        yield self._finish(answer, request, info)

    def _finish(self, answer: Answer, request: Request, info: ModelInfo) -> Finish:
        """The end; what a server does not count is estimated, since the context fills all the
        same."""
        tokens = estimate(request)
        finish = answer.finish()
        if finish.error is not None:
            return finish
        silent = not (answer.begun or finish.message.calls or answer.usage.output_tokens)
        if silent and tokens > info.context_size // 2:
            error = self._too_long(NOTHING, tokens, info)
            return replace(finish, reason="error", error=error)
        if not finish.usage.input_tokens:
            written = estimate_text(finish.message.text + finish.message.thinking)
            return replace(finish, usage=Usage(tokens, 0, written))
        return finish

    def _too_long(self, text: str, tokens: int, info: ModelInfo) -> ModelError:
        told = text.format(label=self._served.label, tokens=tokens, context=info.context_size)
        return ModelError("overflow", told)

    async def _explain(self, lost: Lost, request: Request, answer: Answer) -> ModelError:
        """Why a stream broke: llama-cpp-python hangs up on what it would refuse unstreamed."""
        if self._served.engine == "llama-cpp-python" and not answer.begun:
            body = shape_body(encode_request(request), self._served.engine, self._model)
            body |= {"stream": False, "max_tokens": 1}
            body.pop("stream_options", None)
            reply = await ask(self._http, "/v1/chat/completions", body)
            if not isinstance(reply, NoReply) and is_overflow(message_of(reply.body)):
                return read_refusal(self._address.base, reply.status, reply.body)
        return self._broke(lost)

    def _broke(self, lost: Lost) -> ModelError:
        return ModelError("engine_lost", BROKE.format(url=self._address.base, cause=lost.cause))

    async def complete(self, request: CompletionRequest) -> Completion | ModelError:
        """Text for a cursor, from a llama-server or from `inhouse serve`."""
        info = await self.info()
        if isinstance(info, ModelError):
            return info
        if not self._served.infill:
            text = NO_INFILL.format(label=self._served.label, url=self._address.base)
            return ModelError("no_model", text)
        answer = await ask_infill(self._http, request)
        return self._broke(answer) if isinstance(answer, Lost) else answer

    async def read_ahead(self, request: Request) -> None:
        """Not asked for: another server may be paid by the token, or keep nothing."""

    async def interrupt(self, session: str) -> None:
        """Other servers know no sessions: the answer goes on."""

    async def close(self) -> None:
        """Close connections."""
        await self._http.aclose()


def _take_told_calls(answer: Answer, request: Request) -> tuple[ToolCall, ...]:
    """The calls that stand in the text of an answer without any, as calls instead of text."""
    if answer.calls or answer.error or request.schema is not None:
        return ()
    calls = read_told_calls(answer.text, request.tools)
    if calls:
        answer.calls.extend(calls)
        answer.text, answer.reason = "", "calls"
    return calls
