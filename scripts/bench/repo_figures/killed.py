"""A write of 40 files, killed at every system call that it makes: all of them or none."""

import json
import subprocess
import sys
from pathlib import Path

from bench_run import require
from figure import Figure, Target
from repo_bench import RepoBench

PROGRAM = Path(__file__).resolve().parents[3] / "tests" / "tools" / "writing" / "killed_writes.py"
FILES = 40
QUICK_FILES = 6
ALWAYS = 5
"""So many files it writes in any case: changed, made, deleted, and one given another mode."""


def measure_killed(bench: RepoBench) -> list[Figure]:
    """How often a write was killed, and how often a part of it stood there after the recovery."""
    files = bench.few(FILES, QUICK_FILES)
    folder = bench.folder / "killed"
    folder.mkdir()
    command = [sys.executable, str(PROGRAM), str(folder), str(files - ALWAYS)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    require(result.returncode == 0, f"{PROGRAM.name} failed:\n{result.stderr[-2000:]}")
    told = json.loads(result.stdout)
    kills, ended = int(told["writes"]), told["ended"]
    require(kills > files, f"only {kills} kills of a write of {files} files")
    require(ended["old"] > 0 and ended["new"] > 0, "the kills came only before or behind the write")
    trees = ended["old"] + ended["new"] + ended["half"]
    note = f"of {trees} different ones {ended['old']} are as before, {ended['new']} have all files"
    return [
        Figure(
            f"kills of a write of {files} files",
            kills,
            note="SIGKILL at each of its system calls, the process anew for each",
        ),
        Figure(
            "trees with a part of it",
            ended["half"],
            target=Target("at most", 0),
            note=f"after the recovery that every session begins with; {note}",
        ),
        Figure("recoveries that left records", ended["litter"], target=Target("at most", 0)),
    ]
