"""The repository map beside aider's: from nothing, for another task, and after a change."""

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench_run import require
from figure import Figure, Target
from repo_bench import RepoBench

from inhouse_tools.repository_map import estimate

HERE = Path(__file__).resolve().parents[1]
TOKENS = 1_024
ADDED = "zebra_crossing_of_this_run"
DEPTH = 20_000
"""So deep may aider's second try go; Python's own limit is 1,000."""


@dataclass(frozen=True, slots=True)
class Task:
    """What somebody works on: files that are open, and words that were said."""

    chat: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """A map, the seconds that it took, and those for the imports before; `said` is what a reader
    should know of it."""

    text: str
    seconds: float
    imports: float
    said: str = ""


def measure_map(bench: RepoBench) -> list[Figure]:
    """Cold on both sides; then ours again in new processes, whose index lies on disk.

    Aider's is made once: it takes minutes.
    """
    root, files = bench.copy("map"), bench.files()
    first, second = tasks(files)
    rounds = bench.few(3, 1)
    opponent = None
    if bench.aider is not None:
        opponent = aider_map(bench.aider, root, files, first)
    cold: list[Made] = []
    warm: list[Made] = []
    changed: list[Made] = []
    for _round in range(rounds):
        cache = bench.folder / "map-cache"
        shutil.rmtree(cache, ignore_errors=True)
        cold.append(own_map(root, cache, first))
        warm.append(own_map(root, cache, second))
        with _changed(root, files):
            changed.append(own_map(root, cache, Task((), (ADDED,))))
    _check(files, cold[0], warm[0], changed[0])
    full = estimate(cold[0].text) > TOKENS // 2
    # A small tree may fit in whole.
    require(bench.quick or full, "the map leaves much of its budget empty")
    require(bench.quick or cold[0].text != warm[0].text, "another task has the same map")
    require(len({made.text for made in cold}) == 1, "the same task gave another map")
    kinds = (
        ("map, cold", cold, 0.5),
        ("map, other task, warm", warm, 0.05),
        ("map, one file changed", changed, 0.02),
    )
    return [_figure(what, made, opponent, bound, len(files)) for what, made, bound in kinds]


def tasks(files: Sequence[str]) -> tuple[Task, Task]:
    """Two tasks about files that are surely there: a large one and a middling one."""
    sources = [name for name in files if name.endswith((".cpp", ".c", ".h", ".py"))]
    require(len(sources) > 1, "the tree has no sources")
    one, other = sources[len(sources) // 3], sources[-1 - len(sources) // 3]
    return Task((one,), (Path(one).stem,)), Task((other,), (Path(other).stem,))


def own_map(root: Path, cache: Path, task: Task) -> Made:
    """Our map, made in a process of its own."""
    cache.mkdir(parents=True, exist_ok=True)
    return run_map(own_command(), own_task(root, cache, task))


def own_command() -> list[str]:
    """The program that makes our map."""
    return [sys.executable, str(HERE / "own_map.py")]


def own_task(root: Path, cache: Path, task: Task) -> dict[str, object]:
    """What that program reads."""
    wanted = {"words": task.words, "chat": task.chat, "tokens": TOKENS}
    return {"root": str(root), "cache": str(cache), **wanted}


def run_map(command: Sequence[str], task: dict[str, object]) -> Made:
    """The answer of a program that makes a map."""
    made = _run(command, task)
    require(bool(made.text.strip()), f"{command[-1]} gave no map: {made.said}")
    return made


def _run(command: Sequence[str], task: dict[str, object]) -> Made:
    # Aider's map depends on the order of sets; so it is the same in every run.
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    result = subprocess.run(
        command,
        input=json.dumps(task),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    require(result.returncode == 0, f"{command[-1]} failed:\n{result.stderr[-2000:]}")
    told = json.loads(result.stdout.rstrip().rpartition("\n")[2])
    seconds, imports = float(told["seconds"]), float(told["import"])
    return Made(str(told["map"]), seconds, imports, str(told.get("problem", "")))


def aider_map(python: Path, root: Path, files: Sequence[str], task: Task) -> Made:
    """Aider's map, cold: as its user gets it, or where it gives up, with Python's limit raised.

    The cache that it keeps in the tree is taken away before and after.
    """
    wanted = {"words": task.words, "chat": task.chat, "tokens": TOKENS}
    asked: dict[str, object] = {"root": str(root), "files": list(files), **wanted}
    command = [str(python), str(HERE / "aider_map.py")]
    _forget(root)
    made = _run(command, asked | {"depth": 0})
    _forget(root)
    if made.text.strip():
        return made
    require(bool(made.said), "aider's map is empty, and it does not say why")
    again = run_map(command, asked | {"depth": DEPTH})
    _forget(root)
    said = (
        f"as it comes, aider gives no map of this tree: after {made.seconds:.0f} s it says"
        f" {made.said}, whose syntax is nested deeper than Python's limit of 1,000 calls; measured"
        f" again from nothing with a limit of {DEPTH:,}"
    )
    return Made(again.text, again.seconds, again.imports, said)


def _forget(root: Path) -> None:
    for cache in root.glob(".aider*"):
        shutil.rmtree(cache)


@contextmanager
def _changed(root: Path, files: Sequence[str]) -> Generator[None]:
    """One file of the tree has one function more for a while."""
    path = root / tasks(files)[0].chat[0]
    before, facts = path.read_bytes(), path.stat()
    added = f"int {ADDED}(void) {{ return 1; }}"
    if path.suffix == ".py":
        added = f"def {ADDED}():\n    pass"
    path.write_bytes(before + f"\n{added}\n".encode())
    yield
    path.write_bytes(before)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def _check(files: Sequence[str], cold: Made, warm: Made, changed: Made) -> None:
    """The maps are about this tree, and fit their budget."""
    named = [line[:-1] for line in cold.text.split("\n") if line.endswith(":") and line[0] != " "]
    require(len(named) > 3 and set(named) <= set(files), "the map names files that are not there")
    for made in (cold, warm, changed):
        require(0 < estimate(made.text) <= TOKENS, "the map does not fit its budget")
    require(ADDED in changed.text, "the map does not know what was added")


def _figure(
    what: str, made: Sequence[Made], opponent: Made | None, bound: float, files: int
) -> Figure:
    seconds = statistics.median(one.seconds for one in made)
    imports = statistics.median(one.imports for one in made)
    theirs = opponent.seconds if opponent else None
    note = (
        f"{files} files, {TOKENS} tokens, median of {len(made)}, each in a new process;"
        f" {imports:.2f} s for imports not counted, on neither side"
    )
    if opponent:
        note += f"; aider's map was made once and has {estimate(opponent.text)} tokens"
    if opponent and opponent.said:
        note += f"; {opponent.said}"
    return Figure(
        what,
        seconds,
        "s",
        "aider, cold" if opponent else "",
        theirs,
        seconds / theirs if theirs else None,
        Target("at most", bound) if theirs else None,
        note,
    )
