"""A model client for any server that speaks OpenAI chat completions, given by its URL."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx

from inhouse_models.bounded_response import HEADERS, ExcessError, explain_head, read_body, shorten
from inhouse_models.chat import (
    Choices,
    Finish,
    Message,
    ModelError,
    ModelInfo,
    Part,
    Request,
)
from inhouse_models.client import Answer, Lost, stream_answer
from inhouse_models.completion import Completion, CompletionRequest
from inhouse_models.filling_client import ask_infill

CONNECT_SECONDS = 10.0
# Between two bytes: a large prompt on a slow machine takes long, but not for ever.
SILENT_SECONDS = 3_600.0
MOST_MODELS_BYTES = 4 * 1024**2
CHARACTERS_PER_TOKEN = 3.5
DEFAULT_CONTEXT = 32_768


def open_remote(url: str, model: str = "", context: int = 0) -> "RemoteClient | ModelError":
    """The client for this URL; `context` 0 means that it is not known."""
    try:
        return RemoteClient(url, model, context or DEFAULT_CONTEXT)
    except httpx.InvalidURL as error:
        return ModelError("no_model", f"The endpoint {url} is not a URL: {error}.")


class RemoteClient:
    """Talks to vLLM, SGLang, llama-server, Ollama or LM Studio. Context size is what the server
    tells, or `context`; tokens are estimated, since these servers do not count for us.

    The server is not trusted: what it sends is bounded, redirects are not followed, and of what it
    says only text, calls and figures are taken.
    """

    def __init__(self, url: str, model: str = "", context: int = DEFAULT_CONTEXT) -> None:
        self._url = url.rstrip("/").removesuffix("/v1")
        self._model = model
        self._context = context
        timeout = httpx.Timeout(SILENT_SECONDS, connect=CONNECT_SECONDS)
        self._http = httpx.AsyncClient(base_url=self._url, timeout=timeout, trust_env=False)

    async def info(self) -> ModelInfo | ModelError:
        """The first model the server lists, unless one was named."""
        try:
            async with self._http.stream("GET", "/v1/models", headers=HEADERS) as response:
                if unreadable := explain_head(response):
                    return ModelError("no_model", f"{self._url}: {unreadable}")
                response.raise_for_status()
                body = await read_body(response, MOST_MODELS_BYTES)
            models = [str(entry["id"]) for entry in json.loads(body)["data"]]
        except ExcessError as excess:
            return ModelError("no_model", f"{self._url}: {excess}")
        except (httpx.HTTPError, ValueError, KeyError, TypeError, RecursionError) as error:
            told = shorten(str(error))
            return ModelError(
                "no_model", f"No model server answers at {self._url} ({told}). Is it running?"
            )
        if not models:
            return ModelError("no_model", f"The server at {self._url} has no model loaded.")
        self._model = self._model or models[0]
        return ModelInfo(self._model, "", self._context, "large")

    async def count(self, request: Request) -> int | ModelError:
        """An estimate from the number of characters."""
        characters = sum(len(m.text) + len(m.thinking) for m in request.messages)
        characters += sum(len(t.description) + len(str(t.parameters)) for t in request.tools)
        return int(characters / CHARACTERS_PER_TOKEN)

    async def stream(self, request: Request) -> AsyncIterator[Part]:
        """The answer; a broken connection is an error, since the server's state is not ours."""
        if not self._model:
            info = await self.info()
            if isinstance(info, ModelError):
                yield Finish(Message("assistant"), "error", error=info)
                return
        answer = Answer()
        # Names of files are for our own engine: another server would not hold calls to them.
        request = replace(request, choices=Choices())
        body = {"model": self._model}
        async for part in stream_answer(self._http, request, answer, body, own=False):
            if isinstance(part, Lost):
                answer.error = ModelError(
                    "engine_lost", f"The connection to {self._url} broke: {part.cause}."
                )
            else:
                yield part
        yield answer.finish()

    async def complete(self, request: CompletionRequest) -> Completion | ModelError:
        """Text for a cursor, from a llama-server or from `inhouse serve`."""
        answer = await ask_infill(self._http, request)
        if isinstance(answer, Lost):
            return ModelError(
                "engine_lost", f"The connection to {self._url} broke: {answer.cause}."
            )
        return answer

    async def read_ahead(self, request: Request) -> None:
        """Not asked for: another server may be paid by the token, or keep nothing."""

    async def interrupt(self, session: str) -> None:
        """Other servers know no sessions: the answer goes on."""

    async def close(self) -> None:
        """Close connections."""
        await self._http.aclose()
