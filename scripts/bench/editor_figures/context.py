"""Whether definitions from the repository help: how many held-out lines are completed exactly."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench_run import BenchError
from figure import Bench, Figure

from inhouse.completing.context import SymbolContext
from inhouse_models.chat import ModelError
from inhouse_models.completion import CompletionRequest, StopRule
from inhouse_models.host.control import stop_engines
from inhouse_models.host.spawn import HostOptions
from inhouse_models.local import LocalClient, LocalModel
from inhouse_tools.index.repository_index import RepositoryIndex

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = (
    "app/inhouse/live",
    "agent/inhouse_agent",
    "tools/inhouse_tools",
    "models/inhouse_models",
)
# A line of a function that calls something, neither short nor a part of a longer statement.
LINE = re.compile(r" {8,}[a-z_]+( =|\.|\().{12,60}\)")
BEFORE, AFTER = 1_500, 500
TOKENS = 40
PLACES = 40


@dataclass(frozen=True, slots=True)
class Place:
    """A cursor before a line that is left out."""

    request: CompletionRequest
    line: str


def measure_context(bench: Bench) -> list[Figure]:
    """Complete the same lines with and without what the index knows."""
    places = list(_places(bench.few(PLACES, 4)))
    without, with_context = asyncio.run(_complete_both(bench, places))
    return [
        Figure(
            "held-out lines completed exactly, with definitions",
            with_context,
            "",
            "without",
            without,
            note=f"{len(places)} lines of this repository's own Python that call something",
        )
    ]


def _places(count: int) -> Iterator[Place]:
    """So many lines, spread over all files."""
    files = sorted(file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py"))
    found: list[Place] = []
    for file in files:
        text = file.read_text(encoding="utf-8")
        lines = text.split("\n")
        fitting = [
            number for number, line in enumerate(lines) if number > 40 and LINE.fullmatch(line)
        ]
        if fitting:
            found.append(_place(file, lines, fitting[len(fitting) // 2]))
    yield from found[:: max(len(found) // count, 1)][:count]


def _place(file: Path, lines: Sequence[str], number: int) -> Place:
    line = lines[number]
    indent = line[: len(line) - len(line.lstrip())]
    request = CompletionRequest(
        prefix=("\n".join(lines[:number]) + "\n" + indent)[-BEFORE:],
        suffix=("\n" + "\n".join(lines[number + 1 :]))[:AFTER],
        file=file.relative_to(ROOT).as_posix(),
        repository=ROOT.name,
        max_tokens=TOKENS,
        stop=StopRule("line"),
    )
    return Place(request, line.strip())


async def _complete_both(bench: Bench, places: Sequence[Place]) -> tuple[int, int]:
    """How many lines are right without and with definitions."""
    index = RepositoryIndex(ROOT, bench.folder / "index")
    await index.refresh()
    options = HostOptions(context=8_192, threads=bench.threads, states_disk=0)
    client = LocalClient(LocalModel(bench.model), options)
    try:
        right = [0, 0]
        for place in places:
            shown = await SymbolContext(ROOT, index, ready=True).enrich(place.request)
            for number, request in enumerate((place.request, shown)):
                answer = await client.complete(replace(request, editor=""))
                if isinstance(answer, ModelError):
                    raise BenchError(answer.text)
                right[number] += answer.text.strip() == place.line
        return right[0], right[1]
    finally:
        await client.close()
        await stop_engines()
