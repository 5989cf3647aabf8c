"""The other side of a replay: llama-server with the flags that serve an agent best."""

import asyncio
import contextlib
import json
import os
import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
from side import Said, SideError, wait_until_quiet

from inhouse_models.chat import Message, Request, ToolCall, ToolSpec
from inhouse_models.machine import look_at_machine
from inhouse_models.wire import encode_request

START_SECONDS = 120.0
POLL_SECONDS = 0.1
SLOT_FILE = "slot.bin"


class LlamaServer:
    """One process of llama-server on this machine's loopback."""

    name = "llama-server"

    def __init__(
        self, program: Path, model: Path, threads: int, context: int, folder: Path
    ) -> None:
        self._folder = folder
        self._command = [
            *(str(program), "--model", str(model), "--host", "127.0.0.1"),
            *("--ctx-size", str(context), "--parallel", "1"),
            *("--threads", str(threads), "--threads-batch", str(threads)),
            # On processors flash attention costs a fifth of the reading speed.
            *("--flash-attn", "on" if look_at_machine().gpus else "off"),
            # The default leaves 8,192 tokens between checkpoints: too far for hybrid models.
            *("--ctx-checkpoints", "64", "--checkpoint-min-step", "0"),
            *("--cache-ram", "8192", "--cache-reuse", "256"),
            *("--jinja", "--no-ui", "--slot-save-path", f"{folder}/"),
        ]
        self._process: asyncio.subprocess.Process | None = None
        self._http: httpx.AsyncClient | None = None

    async def start(self) -> None:
        """Load the model; raises SideError with the end of its log."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        log = self._folder / "llama-server.log"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("GOMP_")}
        with log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *(*self._command, "--port", str(port)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
            )
        base = f"http://127.0.0.1:{port}"
        self._http = httpx.AsyncClient(base_url=base, timeout=None, trust_env=False)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.returncode is None:
            with contextlib.suppress(httpx.TransportError):
                if (await self._http.get("/health")).status_code == 200:
                    return
            await asyncio.sleep(POLL_SECONDS)
        tail = log.read_text(encoding="utf-8", errors="replace")[-2000:]
        await self.close()
        raise SideError(f"llama-server did not start:\n{tail}")

    async def ask(self, request: Request, stop_after: int | None = None) -> Said:
        """Its answer, by its own count of the tokens that it read."""
        body = encode_request(request)
        del body["inhouse"]
        body |= {"cache_prompt": True, "timings_per_token": True, "id_slot": 0}
        if request.must_call:
            body |= {"tool_choice": "none", "response_format": _one_call(request.tools)}
        answer = _Answer()
        started = time.perf_counter()
        async with self._client.stream("POST", "/v1/chat/completions", json=body) as response:
            if response.status_code != 200:
                raise SideError((await response.aread()).decode("utf-8", "replace"))
            async for line in response.aiter_lines():
                if not line.startswith("data: {"):
                    continue
                answer.take(json.loads(line[6:]), time.perf_counter() - started)
                if stop_after is not None and answer.pieces >= stop_after:
                    break
        return answer.said(calling=request.must_call and stop_after is None)

    async def infill(self, body: Mapping[str, object]) -> Mapping[str, Any]:
        """Its answer to a request of `/infill`."""
        response = await self._client.post("/infill", json=dict(body))
        if response.status_code != 200:
            raise SideError(response.text)
        return response.json()

    @property
    def pid(self) -> int:
        """Its process; 0 before the start."""
        return self._process.pid if self._process else 0

    async def settle(self) -> None:
        """Wait until it does nothing."""
        if self._process is not None:
            await wait_until_quiet(self._process.pid, 0.0)

    async def restart(self) -> None:
        """End the process and start another, which knows nothing of the last; what the slot held
        is put aside."""
        await self._slot("save")
        await self.close()
        await self.start()

    async def restart_from_slot(self) -> None:
        """Start another process, and give it back what the last `restart` put aside."""
        await self.close()
        await self.start()
        await self._slot("restore")

    async def close(self) -> None:
        """End the process, if one runs."""
        if self._http is not None:
            await self._http.aclose()
            self._http = None
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()
        self._process = None

    @property
    def _client(self) -> httpx.AsyncClient:
        if self._http is None:
            raise SideError("llama-server was not started")
        return self._http

    async def _slot(self, action: str) -> None:
        response = await self._client.post(
            f"/slots/0?action={action}", json={"filename": SLOT_FILE}
        )
        if response.status_code != 200:
            raise SideError(f"llama-server cannot {action} its slot: {response.text}")


class _Answer:
    """What arrived of one answer."""

    def __init__(self) -> None:
        self.pieces = 0
        self._first = 0.0
        self._text = ""
        self._cached, self._read = 0, 0

    def take(self, chunk: Mapping[str, Any], seconds: float) -> None:
        """One chunk: the first comes with the first token."""
        if "error" in chunk:
            raise SideError(str(chunk["error"]))
        if timings := chunk.get("timings"):
            self._cached, self._read = int(timings["cache_n"]), int(timings["prompt_n"])
        choices: list[Mapping[str, Any]] = chunk.get("choices") or []
        for choice in choices:
            self._first = self._first or seconds
            delta: Mapping[str, Any] = choice.get("delta") or {}
            self._text += str(delta.get("content") or "")
            self.pieces += bool(delta.get("content"))

    def said(self, *, calling: bool) -> Said:
        """The answer as a value; `calling`: its text is a call."""
        call = read_call(self._text) if calling else None
        message = Message("assistant", calls=(call,)) if call else Message("assistant", self._text)
        return Said(message, self._cached + self._read, self._read, self._first)


def _one_call(tools: Sequence[ToolSpec]) -> dict[str, object]:
    """An answer that is one call, as JSON. With `tool_choice` "required" a text of any length may
    come before a call, and small models write nothing else."""
    calls = [
        {
            "type": "object",
            "properties": {"name": {"const": tool.name}, "arguments": dict(tool.parameters)},
            "required": ["name", "arguments"],
            "additionalProperties": False,
        }
        for tool in tools
    ]
    schema = {"name": "call", "schema": {"anyOf": calls}, "strict": True}
    return {"type": "json_schema", "json_schema": schema}


def read_call(text: str) -> ToolCall | None:
    """The call that an answer is; None for one that was cut off."""
    try:
        call: Mapping[str, Any] = json.loads(text)
        return ToolCall("call", str(call["name"]), json.dumps(call["arguments"]))
    except (ValueError, KeyError, TypeError):
        return None
