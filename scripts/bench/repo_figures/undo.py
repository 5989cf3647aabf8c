"""Taking back a turn whose command deleted a thousand files."""

import statistics
import subprocess
import time
from pathlib import Path

from bench_run import require
from figure import Figure, Target
from repo_bench import RepoBench, tree_hash

from inhouse_tools.undo import History, Recorder, Store

FILES = 1_000
QUICK_FILES = 20


def measure_undo(bench: RepoBench) -> list[Figure]:
    """The way back, and what recording cost the turn."""
    rounds = bench.few(3, 1)
    back: list[float] = []
    recording: list[float] = []
    deleted = 0
    for number in range(rounds):
        root = bench.copy(f"undo-{number}")
        workspace = bench.workspace(root)
        require(workspace.state is not None, "there is no folder for the records")
        store = Store(root, workspace.state or root)
        before, files = tree_hash(root), _count(root)
        chosen = folders_with(root, bench.few(FILES, QUICK_FILES))
        recorder = Recorder(store)
        began = time.perf_counter()
        notices = [*recorder.begin("delete much"), *recorder.open(None)]
        ready = time.perf_counter()
        subprocess.run(["rm", "-rf", *chosen], cwd=root, check=True)
        gone = time.perf_counter()
        notices += [*recorder.close(), *recorder.end()]
        recording.append(time.perf_counter() - gone + ready - began)
        require(not notices, f"not all is covered: {notices}")
        deleted = files - _count(root)
        require(deleted >= bench.few(FILES, QUICK_FILES), f"only {deleted} files were deleted")
        began = time.perf_counter()
        outcome = History(store).undo()
        back.append(time.perf_counter() - began)
        require(outcome.refusal is None, outcome.refusal.text if outcome.refusal else "")
        require(tree_hash(root) == before, "the tree is not what it was")
    return [
        Figure(
            f"undo of rm -rf on {deleted} files",
            statistics.median(back),
            "s",
            target=Target("at most", 2),
            note=f"the tree's hash is the same as before, median of {rounds} copies",
        ),
        Figure(
            "recording of that turn",
            statistics.median(recording),
            "s",
            note=f"looking at all {_count(bench.folder / 'undo-0')} files before the command, for"
            " the first time, and after it",
        ),
    ]


def folders_with(root: Path, wanted: int) -> list[str]:
    """Folders of the root that hold so many files together, the largest first."""
    sizes = {entry.name: _count(entry) for entry in root.iterdir() if entry.is_dir()}
    chosen: list[str] = []
    for name in sorted(sizes, key=lambda name: (-sizes[name], name)):
        if sum(sizes[it] for it in chosen) >= wanted:
            break
        chosen.append(name)
    return chosen


def _count(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))
