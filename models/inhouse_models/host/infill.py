"""`POST /infill`: text for the cursor of an editor, in the shape of llama.cpp's server."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from inhouse_models.chat import ModelError
from inhouse_models.completion import Completion, CompletionRequest
from inhouse_models.completion_wire import chosen_fields, decode_infill, encode_completion
from inhouse_models.engine.weights import Weights
from inhouse_models.host.filling import Filling
from inhouse_models.host.proposing import Asked, propose
from inhouse_models.host.replies import refusal, wait_for_hang_up

if TYPE_CHECKING:
    from inhouse_models.host.server import HostApplication

HEADERS = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]


class Infill:
    """Completions of one host. A client that hangs up stops the engine; a newer request of the
    same editor ends the older one, with what it has."""

    def __init__(self, host: "HostApplication") -> None:
        self._host = host
        self._filling: Filling | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._host.use():
            body = await HttpRequest(scope, receive).body()
            answer = asyncio.create_task(self._answer(body, scope, receive, send))
            hang_up = asyncio.create_task(wait_for_hang_up(receive))
            try:
                await asyncio.wait({answer, hang_up}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                hang_up.cancel()
                answer.cancel()
                await asyncio.gather(answer, hang_up, return_exceptions=True)
            if not answer.cancelled():
                answer.result()

    async def _answer(self, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            data: Mapping[str, Any] = json.loads(body)
            request = decode_infill(data)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            fault = ModelError("request", f"The request is not an infill: {error!r}.")
            await refusal(fault)(scope, receive, send)
            return
        weights = await self._host.weights()
        if isinstance(weights, ModelError):
            await refusal(weights)(scope, receive, send)
            return
        if held := self._host.held:
            # Who waits for every key does not wait for this.
            await refusal(ModelError("load", held))(scope, receive, send)
            return
        parts = self._complete(request, weights)
        async with contextlib.aclosing(parts):
            if data.get("stream"):
                await self._stream(parts, data, send)
                return
            async for part in parts:
                if isinstance(part, Completion):
                    answer = encode_completion(part, weights.path.stem)
                    fields = chosen_fields(answer, data.get("response_fields"))
                    await JSONResponse(fields)(scope, receive, send)
                elif isinstance(part, ModelError):
                    await refusal(part)(scope, receive, send)

    async def _complete(
        self, request: CompletionRequest, weights: Weights
    ) -> AsyncGenerator[str | Completion | ModelError]:
        if self._filling is None:
            # All pieces of the vocabulary are looked at once.
            self._filling = await asyncio.to_thread(Filling, weights)
        filling, engine = self._filling, self._host.engine
        session = f"editor {request.editor}"
        if request.editor:
            self._host.answers.interrupt(session)
        known = filling.recall(request)
        if known is not None:
            yield known.text
            yield known
            return
        prompt = filling.prompt(request, engine.context)
        if isinstance(prompt, ModelError):
            yield prompt
            return
        asked = Asked(request, prompt, filling.beginning(prompt))
        with self._host.answers.during(session) as begin:
            parts = propose(engine, weights.vocabulary, asked, begin)
            async with contextlib.aclosing(parts):
                async for part in parts:
                    if isinstance(part, Completion):
                        filling.remember(request, part)
                    yield part

    async def _stream(
        self,
        parts: AsyncGenerator[str | Completion | ModelError],
        data: Mapping[str, Any],
        send: Send,
    ) -> None:
        weights = await self._host.weights()
        model = "" if isinstance(weights, ModelError) else weights.path.stem
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        async for part in parts:
            chunk: dict[str, object]
            if isinstance(part, str):
                chunk = {"index": 0, "content": part, "tokens": [], "stop": False}
            elif isinstance(part, ModelError):
                chunk = {"error": {"type": part.kind, "message": part.text}}
            else:
                answer = encode_completion(part, model) | {"content": ""}
                chunk = chosen_fields(answer, data.get("response_fields"))
            line = b"data: " + json.dumps(chunk).encode() + b"\n\n"
            await send({"type": "http.response.body", "body": line, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
