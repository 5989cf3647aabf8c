"""One address that is asked by POST: reads the JSON, answers whole or as a stream, and lets go of
the engine when the client hangs up or the server ends."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from inhouse_models.host.replies import wait_for_hang_up
from inhouse_models.serving.faults import Fault
from inhouse_models.serving.fields import FieldError, Fields
from inhouse_models.serving.told import event

Reply = dict[str, Any] | list[dict[str, Any]] | Fault | AsyncGenerator[bytes]
Answer = Callable[[Fields], Awaitable[Reply]]

HEADERS = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
STOPPING = Fault("inhouse serve was stopped.", code="stopped", status=503)


class Replying:
    """An ASGI application. `stopping` is set when the server ends: what is open is ended then."""

    def __init__(self, answer: Answer, stopping: asyncio.Event) -> None:
        self._answer = answer
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def note(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        body = await HttpRequest(scope, receive).body()
        reply = asyncio.create_task(self._reply(body, scope, receive, note))
        hang_up = asyncio.create_task(wait_for_hang_up(receive))
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({reply, hang_up, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reply, hang_up, stopping):
                task.cancel()
            await asyncio.gather(reply, hang_up, stopping, return_exceptions=True)
        if not reply.cancelled():
            reply.result()
        elif self._stopping.is_set() and begun:
            last = {"type": "http.response.body", "body": event(STOPPING.encode())}
            await send(last)
        elif self._stopping.is_set():
            await STOPPING.response()(scope, receive, send)

    async def _reply(self, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        reply = await self._judge(body)
        if isinstance(reply, Fault):
            await reply.response()(scope, receive, send)
        elif isinstance(reply, dict | list):
            await JSONResponse(reply)(scope, receive, send)
        else:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            async with aclosing(reply):
                async for line in reply:
                    await send({"type": "http.response.body", "body": line, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

    async def _judge(self, body: bytes) -> Reply:
        try:
            fields = Fields(json.loads(body))
        except FieldError as fault:
            return Fault(fault.text, fault.param)
        except (ValueError, RecursionError) as problem:
            return Fault(f"The body is not JSON: {problem}.", code="invalid_json")
        try:
            return await self._answer(fields)
        except FieldError as fault:
            return Fault(fault.text, fault.param or None)
