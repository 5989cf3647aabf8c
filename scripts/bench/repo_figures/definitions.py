"""Whether a definition is found by its name: a sample that plain text, not our index, tells."""

import asyncio
import random
import re
import statistics
import time
from collections import Counter, defaultdict
from pathlib import Path

from bench_run import require
from figure import Figure, Target
from repo_bench import RepoBench

from inhouse_tools.index.of_workspace import index_of
from inhouse_tools.reading import symbols

SAMPLE = 50
MOST_PLACES = 3
SEED = 4
_DEFINED = {
    ".py": re.compile(
        r"^[ \t]*(?:async[ ]+)?(?:def|class)[ ]+([A-Za-z_]\w*)[ ]*[(:]", re.MULTILINE
    ),
    ".cpp": re.compile(
        r"^[ \t]*(?:struct|class)[ ]+([A-Za-z_]\w*)[ ]*(?:final[ ]*)?\{", re.MULTILINE
    ),
}
_DEFINED[".h"] = _DEFINED[".c"] = _DEFINED[".cpp"]
# What may be a function of C or C++, a namespace or a macro: such names are only counted, since one
# line does not tell for sure.
_NEITHER = r"[ \t]*(?:(?:return|else|case)\b|(?:struct|class)[ ]+\w+[ ]*(?:final[ ]*)?\{)"
_PERHAPS = re.compile(
    rf"^(?!{_NEITHER}).*[\w>*&][ \t*&]+(?:\w+::)*(\w+)[ ]*(?:\([^;\n]*|\{{)$", re.MULTILINE
)
_PLACE = re.compile(r"^(\S.*?):(\d+)-(\d+): ", re.MULTILINE)

Place = tuple[str, int]


def measure_definitions(bench: RepoBench) -> list[Figure]:
    """The share of sampled places that are among the first three answers of `symbols`."""
    root = bench.copy("definitions")
    workspace = bench.workspace(root)
    asyncio.run(index_of(workspace).refresh())
    choices = chosen_from(root, bench.files())
    sample = random.Random(SEED).sample(choices, min(SAMPLE, len(choices)))
    require(len(sample) == SAMPLE or bench.quick, "the tree has too few definitions")
    missed: list[str] = []
    seconds: list[float] = []
    for name, place in sample:
        began = time.perf_counter()
        output = asyncio.run(symbols.run(symbols.SymbolsArgs(name=name), workspace))
        seconds.append(time.perf_counter() - began)
        if not is_among(place, output.text):
            missed.append(f"{name} at {place[0]}:{place[1]}")
    found = 100 * (1 - len(missed) / len(sample))
    note = f"seed {SEED}, {len(choices)} definitions to choose from"
    return [
        Figure(
            "definition in the first three",
            found,
            "%",
            target=Target("at least", 100),
            note=f"{len(sample)} of {note}" + (f"; missed {', '.join(missed)}" if missed else ""),
        ),
        Figure(
            "time to find a definition",
            statistics.median(seconds) * 1000,
            "ms",
            note=f"median with a fresh index; the longest {max(seconds) * 1000:.0f} ms",
        ),
    ]


def chosen_from(root: Path, files: tuple[str, ...]) -> list[tuple[str, Place]]:
    """The definitions of names that have three at most, counting whatever may be one."""
    known, perhaps = defined_in(root, files), Counter[str]()
    for file in files:
        if Path(file).suffix not in {".py", ".md", ".txt"}:
            perhaps.update(_PERHAPS.findall((root / file).read_text("utf-8", errors="replace")))
    return [
        (name, place)
        for name, places in sorted(known.items())
        if len(places) + perhaps[name] <= MOST_PLACES
        for place in places
    ]


def defined_in(root: Path, files: tuple[str, ...]) -> dict[str, list[Place]]:
    """Where names are defined, as far as one line of text tells it."""
    known: defaultdict[str, list[Place]] = defaultdict(list)
    for file in files:
        pattern = _DEFINED.get(Path(file).suffix)
        if pattern is None:
            continue
        text = (root / file).read_text(encoding="utf-8", errors="replace")
        for match in pattern.finditer(text):
            known[match[1]].append((file, text.count("\n", 0, match.start(1)) + 1))
    return known


def is_among(place: Place, answer: str) -> bool:
    """Whether the first three places of an answer hold this one."""
    first = [match.groups() for match in _PLACE.finditer(answer)][:MOST_PLACES]
    return any(
        file == place[0] and int(start) <= place[1] <= int(end) for file, start, end in first
    )
