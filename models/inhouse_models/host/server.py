"""The host's HTTP application: chat completions, counting, and what it says of itself."""

import asyncio
import contextlib
import json
import os
import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from inhouse_models.chat import ModelError
from inhouse_models.deletion import decode_deletion
from inhouse_models.engine.drafting.calibration import calibration_figures
from inhouse_models.engine.release import resident_bytes
from inhouse_models.engine.weights import Weights
from inhouse_models.engine.worker import Engine
from inhouse_models.host.answers import answer_chunks
from inhouse_models.host.infill import Infill
from inhouse_models.host.open_answers import OpenAnswers
from inhouse_models.host.pausing import Patience, Pausing
from inhouse_models.host.prompting import Prepared, Prompter
from inhouse_models.host.renderer import TemplateRenderer
from inhouse_models.host.replies import refusal, wait_for_hang_up
from inhouse_models.host.vocabulary import vocabulary_routes
from inhouse_models.wire import VERSION, decode_known, decode_request, decode_resume


class HostApplication:
    """One engine behind HTTP on a Unix socket. `end` is called when the process should stop.

    `template` serves instead of the model's own.
    """

    def __init__(
        self,
        engine: Engine,
        arguments: list[str],
        patience: Patience,
        end: Callable[[], None],
        template: str | None = None,
    ) -> None:
        self._engine = engine
        self._pausing = Pausing(engine, patience)
        self._arguments = arguments
        self._end_seconds = patience.end_seconds
        self._end = end
        self._template = template
        self._renderer = TemplateRenderer()
        self._prompter: Prompter | None = None
        self._started = time.monotonic()
        self._last_use = time.monotonic()
        self._open = 0
        self._stopping = False
        self.answers = OpenAnswers()

    def routes(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/inhouse/hello", self.hello),
                Route("/inhouse/model", self.model),
                Route("/inhouse/count", self.count, methods=["POST"]),
                *vocabulary_routes(self),
                Route("/inhouse/stop", self.stop, methods=["POST"]),
                Route("/inhouse/interrupt", self.interrupt, methods=["POST"]),
                Route("/inhouse/states/forget", self.forget, methods=["POST"]),
                Route("/inhouse/states/clear", self.clear, methods=["POST"]),
                Route("/v1/chat/completions", ChatCompletions(self), methods=["POST"]),
                Route("/infill", Infill(self), methods=["POST"]),
                *self._pausing.routes(),
            ]
        )

    async def hello(self, _request: HttpRequest) -> Response:
        """Who runs here; answers while the model still loads."""
        idle = self._idle()
        return JSONResponse(
            {
                "version": VERSION,
                "arguments": self._arguments,
                "pid": os.getpid(),
                "model": str(self._engine.options.path),
                **self._pausing.describe(idle),
                "busy": self._open > 0,
                "waiting": self._engine.waiting,
                "context_size": self._engine.context,
                "held_tokens": self._engine.held_tokens,
                "state_bytes": self._engine.state_bytes,
                "states_root": self._engine.states_root,
                "calibration": self._figures(),
                "speed": self._engine.speed,
                "resident_bytes": resident_bytes(),
                "idle_seconds": idle,
                "uptime_seconds": time.monotonic() - self._started,
            }
        )

    def _idle(self) -> float:
        """Seconds since the last request ended; 0 while one is open."""
        return 0.0 if self._open else time.monotonic() - self._last_use

    def _figures(self) -> dict[str, object]:
        """What was measured of the model here; nothing until it was."""
        known = self._engine.calibration
        return calibration_figures(known) if known else {}

    async def model(self, _request: HttpRequest) -> Response:
        """What was loaded, once it is."""
        with self.use():
            weights = await self.weights()
            if isinstance(weights, ModelError):
                return refusal(weights)
            return JSONResponse(
                {
                    "fingerprint": weights.fingerprint,
                    "context_size": self._engine.context,
                    "trained_context": weights.trained_context,
                    "parameters": weights.parameter_count,
                    "vision": self._engine.vision is not None,
                    "template": self._template or weights.template or "",
                }
            )

    async def count(self, request: HttpRequest) -> Response:
        """Exact tokens of a request's prompt."""
        with self.use():
            prepared = await self.prepare(await request.body())
            if isinstance(prepared, ModelError):
                return refusal(prepared)
            return JSONResponse({"tokens": len(prepared.prompt)})

    async def stop(self, _request: HttpRequest) -> Response:
        """Finish open answers, then end."""
        self._stopping = True
        self._pausing.dismiss()
        if not self._open:
            self._end()
        return JSONResponse({"stopping": True})

    async def interrupt(self, request: HttpRequest) -> Response:
        """End the answers of a session at the next token; their streams say what was written."""
        try:
            session = str(json.loads(await request.body())["session"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return refusal(ModelError("request", "Name the session whose answer shall end."))
        return JSONResponse({"interrupted": self.answers.interrupt(session)})

    async def forget(self, request: HttpRequest) -> Response:
        """Drop the states of a deleted conversation, except while it is being answered."""
        try:
            deletion = decode_deletion(json.loads(await request.body()))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            return refusal(ModelError("request", f"The request is not a deletion: {error!r}."))
        return await self._obey(self._engine.forget(deletion))

    async def clear(self, _request: HttpRequest) -> Response:
        """Drop all states, except those of answers that are being written."""
        return await self._obey(self._engine.forget(None))

    async def _obey(self, done: Future[None]) -> Response:
        """Wait until the engine has come to it; while it loads it has nothing to forget yet."""
        with self.use():
            if self._engine.loaded.done():
                await asyncio.wrap_future(done)
            return JSONResponse({"forgotten": True})

    async def watch_idle(self) -> None:
        """End the process when nobody has asked for long enough, unless its memory is given
        away, or when it was told to stop."""
        while True:
            await asyncio.sleep(min(self._end_seconds / 10, 1.0))
            long = self._idle() > self._end_seconds and not self._pausing.held
            if not self._open and (self._stopping or long):
                self._end()
                return
            if self._stopping:
                self._pausing.dismiss()
            else:
                await self._pausing.watch(self._idle())

    async def close(self) -> None:
        """End the template child."""
        await self._renderer.close()

    @property
    def held(self) -> str:
        """Why requests have to wait, in words; empty when they do not."""
        return self._pausing.held

    @property
    def engine(self) -> Engine:
        """The engine behind this application."""
        return self._engine

    @contextlib.contextmanager
    def use(self) -> Generator[None]:
        """Count a request as open, so that the process does not end under it."""
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1
            self._last_use = time.monotonic()

    async def weights(self) -> Weights | ModelError:
        """The model, waiting until it is loaded."""
        return await asyncio.wrap_future(self._engine.loaded)

    async def prepare(self, body: bytes) -> Prepared | ModelError:
        """The body read and its prompt built."""
        weights = await self.weights()
        if isinstance(weights, ModelError):
            return weights
        if self._prompter is None:
            self._prompter = Prompter(weights, self._renderer, self._template, self._engine.vision)
        try:
            data: Mapping[str, Any] = json.loads(body)
            request, known, resume = decode_request(data), decode_known(data), decode_resume(data)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            return ModelError("request", f"The request is not a chat completion: {error!r}.")
        return await self._prompter.prepare(request, known, resume)


class ChatCompletions:
    """`POST /v1/chat/completions`, as server-sent events. A client that hangs up stops the
    engine, also while the prompt is read and nothing is sent."""

    def __init__(self, host: HostApplication) -> None:
        self._host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._host.use():
            body = await HttpRequest(scope, receive).body()
            prepared = await self._host.prepare(body)
            if isinstance(prepared, ModelError):
                await refusal(prepared)(scope, receive, send)
                return
            stream = asyncio.create_task(self._stream(prepared, send))
            hang_up = asyncio.create_task(wait_for_hang_up(receive))
            try:
                await asyncio.wait({stream, hang_up}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                hang_up.cancel()
                stream.cancel()
                await asyncio.gather(stream, hang_up, return_exceptions=True)
            if not stream.cancelled():
                stream.result()

    async def _stream(self, prepared: Prepared, send: Send) -> None:
        weights = await self._host.weights()
        if isinstance(weights, ModelError):
            return
        headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        with self._host.answers.during(prepared.request.session) as begin:
            chunks = answer_chunks(self._host.engine, prepared, weights.fingerprint, begin)
            async with contextlib.aclosing(chunks):
                async for chunk in chunks:
                    line = b"data: " + json.dumps(chunk).encode() + b"\n\n"
                    await send({"type": "http.response.body", "body": line, "more_body": True})
        await send({"type": "http.response.body", "body": b"data: [DONE]\n\n"})
