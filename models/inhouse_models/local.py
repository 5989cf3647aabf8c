"""A model client over the engine host on this machine: starts it, and starts it once more when
it is lost, going on where the answer stopped."""

import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import httpx

from inhouse_models.chat import (
    Choices,
    Finish,
    Message,
    ModelError,
    ModelInfo,
    Notice,
    Part,
    Request,
    Sampling,
)
from inhouse_models.client import Answer, Lost, stream_answer
from inhouse_models.completion import Completion, CompletionRequest
from inhouse_models.filling_client import ask_infill
from inhouse_models.host.log import last_crash
from inhouse_models.host.places import Place, log_path
from inhouse_models.host.spawn import HostOptions, Start, ensure_host, open_http, start_directly
from inhouse_models.wire import encode_request

GREEDY = Sampling()
SMALL_BELOW_PARAMETERS = 5_000_000_000


@dataclass(frozen=True, slots=True)
class LocalModel:
    """Which file answers and what we know of it; `profile` None is judged by the model's size."""

    path: Path
    name: str = ""
    profile: Literal["small", "large"] | None = None
    thinks: bool = False
    sampling: Sampling = GREEDY
    sampling_without_thinking: Sampling | None = None


@dataclass(frozen=True, slots=True)
class Loan:
    """What a command was lent: bytes that the model gave back; or a `fault`, why it keeps them."""

    freed_bytes: int = 0
    fault: str = ""


def _read_loan(told: Mapping[str, Any]) -> Loan | None:
    if told.get("needless"):
        return None
    return Loan(int(told.get("freed_bytes") or 0), str(told.get("error") or ""))


class LocalClient:
    """One front end's connection to the shared host of one model."""

    def __init__(
        self, model: LocalModel, options: HostOptions, start: Start = start_directly
    ) -> None:
        self._model = model
        self._start = start
        self._options = replace(options, model=model.path)
        self._place: Place | None = None
        self._http: httpx.AsyncClient | None = None

    @property
    def sampling(self) -> Sampling:
        """How the model's makers want its tokens to be picked."""
        return self._model.sampling

    async def info(self) -> ModelInfo | ModelError:
        """What the host loaded; starts it, and waits until the model is in memory."""
        http = await self._connect()
        if isinstance(http, ModelError):
            return http
        try:
            response = await http.get("/inhouse/model")
            data = response.json()
        except (httpx.TransportError, ValueError) as error:
            return self._lost(str(error))
        if "error" in data:
            return ModelError(data["error"]["type"], data["error"]["message"])
        profile = self._model.profile
        if profile is None:
            profile = "small" if data["parameters"] < SMALL_BELOW_PARAMETERS else "large"
        name = self._model.name or self._model.path.stem
        return ModelInfo(
            name,
            data["fingerprint"],
            data["context_size"],
            profile,
            self._model.thinks,
            sees=bool(data.get("vision")),
        )

    async def count(self, request: Request) -> int | ModelError:
        """Exact tokens of the prompt that this request would make."""
        http = await self._connect()
        if isinstance(http, ModelError):
            return http
        try:
            plain = replace(request, choices=Choices())
            response = await http.post("/inhouse/count", json=encode_request(plain))
            data = response.json()
        except (httpx.TransportError, ValueError) as error:
            return self._lost(str(error))
        if "error" in data:
            return ModelError(data["error"]["type"], data["error"]["message"])
        return int(data["tokens"])

    async def stream(self, request: Request) -> AsyncIterator[Part]:
        """The answer; a lost host is started anew once and goes on after the last token."""
        if request.sampling is None:
            calm = self._model.sampling_without_thinking if request.think is False else None
            request = replace(request, sampling=calm or self._model.sampling)
        answer = Answer(ids=list(request.begun))
        for last_try in (False, True):
            http = await self._connect()
            if isinstance(http, ModelError):
                yield Finish(Message("assistant"), "error", error=http)
                return
            lost: Lost | None = None
            async for part in stream_answer(http, request, answer):
                if isinstance(part, Lost):
                    lost = part
                else:
                    yield part
            if lost is None:
                break
            await self._disconnect()
            if answer.begun:
                # What the answer begins with has arrived: it shall not come again.
                request = replace(request, begun=())
            if last_try:
                answer.error = self._lost(lost.cause)
            else:
                yield Notice("The engine stopped unexpectedly; it is started again and goes on.")
        yield answer.finish()

    async def read_ahead(self, request: Request) -> None:
        """Have the host read the prompt, after everything that somebody waits for."""
        http = await self._connect()
        if isinstance(http, ModelError):
            return
        request = replace(request, max_tokens=0, priority=-1)
        async with contextlib.aclosing(stream_answer(http, request, Answer())) as stream:
            async for _part in stream:
                pass

    async def complete(self, request: CompletionRequest) -> Completion | ModelError:
        """Text for a cursor; a lost host is started anew once."""
        lost = Lost("")
        for _try in range(2):
            http = await self._connect()
            if isinstance(http, ModelError):
                return http
            answer = await ask_infill(http, request)
            if not isinstance(answer, Lost):
                return answer
            lost = answer
            await self._disconnect()
        return self._lost(lost.cause)

    async def ask(
        self, path: str, body: Mapping[str, object] | None = None
    ) -> dict[str, Any] | ModelError:
        """What the host answers at a path; a lost host is started anew once."""
        lost = ""
        for _try in range(2):
            http = await self._connect()
            if isinstance(http, ModelError):
                return http
            try:
                method = "GET" if body is None else "POST"
                response = await http.request(method, path, json=body)
                data: dict[str, Any] = response.json()
            except (httpx.TransportError, ValueError) as error:
                lost = str(error) or type(error).__name__
                await self._disconnect()
                continue
            if "error" in data:
                return ModelError(data["error"]["type"], data["error"]["message"])
            return data
        return self._lost(lost)

    async def interrupt(self, session: str) -> None:
        """Ask the host; when it is gone the answer has ended anyway."""
        if self._http is not None:
            with contextlib.suppress(httpx.TransportError):
                await self._http.post("/inhouse/interrupt", json={"session": session})

    @contextlib.asynccontextmanager
    async def lend(self, command: str, *, always: bool = False) -> AsyncGenerator[Loan | None]:
        """Have the host release the model's memory for a command, as long as this is open.

        None when there is no need: no host runs, the model is not on a graphics card, or that has
        room beside it; `always` releases all the same.
        """
        place = self._place
        if place is None:
            yield None
            return
        async with contextlib.AsyncExitStack() as stack:
            yield await self._borrow(stack, place, {"command": command, "always": always})

    async def _borrow(
        self, stack: contextlib.AsyncExitStack, place: Place, body: Mapping[str, object]
    ) -> Loan | None:
        """Begin a loan that ends with the stack. A host that is lost holds no memory."""
        http = await stack.enter_async_context(open_http(place))
        try:
            post = http.stream("POST", "/inhouse/lend", json=body)
            response = await stack.enter_async_context(post)
            async for line in response.aiter_lines():
                told: Mapping[str, Any] = json.loads(line)
                return _read_loan(told) if response.is_success else None
        except (httpx.TransportError, ValueError):
            return None
        return None

    async def close(self) -> None:
        """Close the connection; the host goes on until it is idle for long enough."""
        await self._disconnect()

    async def _connect(self) -> httpx.AsyncClient | ModelError:
        if self._http is None:
            place = await ensure_host(self._options, self._start)
            if isinstance(place, ModelError):
                return place
            self._place = place
            self._http = open_http(place)
        return self._http

    async def _disconnect(self) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    def _lost(self, cause: str) -> ModelError:
        log = log_path()
        crash = last_crash(log)
        if crash:
            return ModelError(
                "engine_lost",
                f"The engine stopped and could not go on: llama.cpp crashed ({crash.lower()})."
                f" Whether its build suits this machine: inhouse doctor. Its log is {log}.",
            )
        return ModelError(
            "engine_lost",
            f"The engine stopped and could not go on ({cause or 'no reason given'})."
            f" Its log is {log}.",
        )
