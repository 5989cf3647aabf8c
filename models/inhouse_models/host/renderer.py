"""Runs a model's chat template in a child process with bounded time and memory.

A template is a program from the publisher of the file; it may loop or grow without end.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# The child's own limit of processor time is much shorter; this one leaves room for a busy machine.
RENDER_SECONDS = 60.0
LINE_LIMIT = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class TemplateFailure:
    """Why a template gave no text."""

    text: str


class TemplateRenderer:
    """One child, kept between renderings and replaced after a failure. One event loop only."""

    def __init__(self) -> None:
        self._child: asyncio.subprocess.Process | None = None
        self._lock = asyncio.Lock()

    async def render(self, template: str, variables: Mapping[str, object]) -> str | TemplateFailure:
        """The prompt's text, or why there is none."""
        async with self._lock:
            try:
                async with asyncio.timeout(RENDER_SECONDS):
                    answer = await self._ask({"template": template, "variables": variables})
            except TimeoutError:
                await self.close()
                return TemplateFailure(
                    f"the chat template ran for more than {RENDER_SECONDS:.0f} s and was stopped"
                )
            except (OSError, ValueError, asyncio.IncompleteReadError):
                await self.close()
                return TemplateFailure(
                    "the chat template used too much time or memory and was stopped"
                )
            except asyncio.CancelledError:
                # Its answer would be taken for that to the next question.
                self._kill()
                self._child = None
                raise
        if "error" in answer:
            return TemplateFailure(str(answer["error"]))
        return str(answer["text"])

    async def _ask(self, question: Mapping[str, object]) -> Mapping[str, Any]:
        child = await self._running_child()
        assert child.stdin is not None and child.stdout is not None  # noqa: S101 - both are pipes
        child.stdin.write(json.dumps(question).encode() + b"\n")
        await child.stdin.drain()
        line = await child.stdout.readline()
        if not line.endswith(b"\n"):
            raise asyncio.IncompleteReadError(line, None)
        return json.loads(line)

    async def _running_child(self) -> asyncio.subprocess.Process:
        if self._child is None or self._child.returncode is not None:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                "-m",
                "inhouse_models.formats.jinja_render",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                cwd="/",
                limit=LINE_LIMIT,
            )
        return self._child

    async def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._kill()
            await self._child.wait()
        self._child = None

    def _kill(self) -> None:
        if self._child is not None and self._child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._child.kill()
