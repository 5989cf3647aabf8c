"""Our side of a replay: the engine host, asked by the client that the agent uses."""

import asyncio
import contextlib
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from side import Said, SideError, wait_until_quiet

from inhouse_models.chat import ModelError, Prefill, Request
from inhouse_models.client import Answer, Lost, stream_answer
from inhouse_models.host.places import log_path, place_for
from inhouse_models.host.spawn import HostOptions, ensure_host, open_http, retire, say_hello

# After an answer it saves what the conversation holds, a second later.
SAVING_SECONDS = 1.5


class OwnHost:
    """A host of its own: the folders of the environment are this run's."""

    name = "inhouse"

    def __init__(self, model: Path, threads: int, context: int) -> None:
        self._model = model
        self._options = HostOptions(model, context=context, threads=threads)
        self._http: httpx.AsyncClient | None = None
        self._pid = 0

    async def ask(self, request: Request, stop_after: int | None = None) -> Said:
        """The answer of the host; the prompt is read when its progress says so, and the first
        token follows at once."""
        answer, first, prefill = Answer(), 0.0, Prefill(0, 0, 0)
        http = await self._connect()
        started = time.perf_counter()
        stream = stream_answer(http, request, answer)
        async with contextlib.aclosing(stream) as parts:
            async for part in parts:
                if isinstance(part, Lost):
                    raise SideError(f"the host was lost: {part.cause}")
                if isinstance(part, Prefill):
                    prefill = part
                    if part.done == part.total and not first:
                        first = time.perf_counter() - started
                if stop_after is not None and len(answer.ids) >= stop_after:
                    break
        if answer.error is not None:
            raise SideError(answer.error.text)
        message = answer.finish().message
        ids = tuple(answer.ids)
        prompt: tuple[int, ...] = ()
        if message.tokens:
            known = [token for one in request.messages for token in one.tokens]
            # The answer's ids end with an end of turn that is no piece of it.
            prompt = (*known, *message.tokens)[: prefill.total]
            ids = (*known, *message.tokens)[prefill.total :]
        return Said(message, prefill.total, prefill.total - prefill.cached, first, prompt, ids)

    async def read_ahead(self, request: Request) -> None:
        """Read a prompt that may come, as the agent does while a person types."""
        http = await self._connect()
        request = replace(request, max_tokens=0, priority=-1)
        async with contextlib.aclosing(stream_answer(http, request, Answer())) as parts:
            async for part in parts:
                if isinstance(part, Lost):
                    raise SideError(f"the host was lost: {part.cause}")

    async def infill(self, body: Mapping[str, object]) -> Mapping[str, Any]:
        """Its answer to a request of `/infill`."""
        response = await (await self._connect()).post("/infill", json=dict(body))
        if response.status_code != 200:
            raise SideError(response.text)
        return response.json()

    async def start(self) -> None:
        """Load the model; raises SideError with the end of its log."""
        await self._connect()

    @property
    def pid(self) -> int:
        """Its process; 0 before the start."""
        return self._pid

    async def settle(self) -> None:
        """Wait until the state of the conversation is saved."""
        await wait_until_quiet(self._pid, SAVING_SECONDS)

    async def restart(self) -> None:
        """End the host as `inhouse engine stop` does, and load the model anew."""
        await self.close()
        await self._connect()

    async def close(self) -> None:
        """End the host, if one runs, and wait until it is gone."""
        if self._http is None:
            return
        await self._http.aclose()
        self._http = None
        await retire(place_for(self._model))
        # Its state stays for whoever started it.
        if self._pid:
            await asyncio.to_thread(os.waitid, os.P_PID, self._pid, os.WEXITED | os.WNOWAIT)

    async def _connect(self) -> httpx.AsyncClient:
        if self._http is not None:
            return self._http
        place = await ensure_host(self._options)
        if isinstance(place, ModelError):
            raise SideError(place.text)
        self._http = open_http(place)
        try:
            data = (await self._http.get("/inhouse/model")).json()
        except httpx.TransportError as error:
            tail = log_path().read_text(encoding="utf-8", errors="replace")[-2000:]
            raise SideError(f"the host did not start:\n{tail}") from error
        if "error" in data:
            raise SideError(data["error"]["message"])
        hello = await say_hello(place)
        self._pid = int(hello["pid"]) if hello else 0
        return self._http
