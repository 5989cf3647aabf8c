"""Checkers for tests: one that dislikes words, and tests that are a command."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from inhouse_agent.checking import Checking, Found
from inhouse_tools.checks.check import When
from inhouse_tools.checks.command import CommandTest
from inhouse_tools.checks.ground import Ground
from inhouse_tools.checks.own import OwnCheck, choose
from inhouse_tools.checks.problem import Finding, Problem, findings
from inhouse_tools.refusal import Refusal
from inhouse_tools.sandbox import Sandbox
from inhouse_tools.writing.files import digest


@dataclass(slots=True)
class Words:
    """A checker that dislikes every line with BAD in it, and counts how often it was asked.

    With `whole` it looks at all files together. `answer` is said instead, `gate` waited for, and
    `reached` set when it is asked.
    """

    root: Path
    name: str = "words"
    when: When = "edit"
    whole: bool = False
    asked: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    answer: Refusal | None = None
    gate: asyncio.Event | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False

    def units(self, paths: Sequence[str]) -> tuple[str, ...]:
        concerned = tuple(path for path in paths if path.endswith(".txt"))
        return ("",) if self.whole and concerned else concerned

    def state(self, unit: str) -> str:
        paths = sorted(self.root.glob("*.txt")) if self.whole else [self.root / unit]
        present = [path.read_bytes() for path in paths if path.is_file()]
        return digest(b"\0".join(present)) if present or self.whole else ""

    async def look(self, units: Sequence[str], seconds: float) -> tuple[Finding, ...] | Refusal:
        self.asked.append(tuple(units))
        self.reached.set()
        if self.gate is not None:
            try:
                await asyncio.wait_for(self.gate.wait(), seconds)
            except TimeoutError:
                return Refusal(f"{self.name} was stopped.")
        if self.answer is not None:
            return self.answer
        names = [path.name for path in self.root.glob("*.txt")] if self.whole else units
        return findings(self._problems(sorted(names)), self.root)

    def _problems(self, names: Sequence[str]) -> list[Problem]:
        return [
            Problem(name, number, 1, "B1", "bad word")
            for name in names
            if (self.root / name).is_file()
            for number, line in enumerate((self.root / name).read_text().split("\n"), 1)
            if "BAD" in line
        ]

    async def close(self) -> None:
        self.closed = True


def session(*checkers: Words, notices: list[str] | None = None, seconds: float = 20) -> Checking:
    notice: Callable[[str], None] = notices.append if notices is not None else lambda _text: None
    return Checking(lambda: Found(checkers), notice, seconds)


def own_test(root: Path, command: str) -> CommandTest:
    (check,) = choose((), {"all": OwnCheck(command, ("*.txt",), "end")}).checks
    return CommandTest(check, Ground(root.resolve(), Sandbox.off(), trusted=True))
