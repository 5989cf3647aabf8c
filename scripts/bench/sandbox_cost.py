"""Measures what the sandbox costs: see scripts/bench/sandbox."""

import asyncio
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench_run import measure_all, parser_for, require, run_main
from figure import Figure, Target
from report import describe_machine

from inhouse_tools import process
from inhouse_tools.sandbox import Network, Sandbox, probe
from inhouse_tools.sandbox.probing import prove

COMMAND = ("/bin/true",)
FOLDERS = 300
PROOF_MILLISECONDS = 50


@dataclass(frozen=True, slots=True)
class SandboxBench:
    """`sandbox` is that of the repository `root`. `quick` only shows that all works."""

    root: Path
    sandbox: Sandbox
    quick: bool = False

    def few(self, full: int, quick: int) -> int:
        """How often to do something."""
        return quick if self.quick else full


def measure_commands(bench: SandboxBench) -> list[Figure]:
    """What one command takes in several ways, tried in turn, so that all meet the same load."""
    sandbox = bench.sandbox
    ways: Mapping[str, Callable[[], Sequence[str]]] = {
        "alone": lambda: COMMAND,
        "bubblewrap alone": lambda: (*_bare(bench), *COMMAND),
        "in the sandbox": lambda: sandbox.wrap(COMMAND),
        "with its own loopback": lambda: sandbox.wrap(COMMAND, Network.loopback()),
        "with granted hosts": lambda: sandbox.wrap(COMMAND, Network.hosts(("example.org",))),
    }
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for _time in range(bench.few(30, 2)):
        for way, command in ways.items():
            began = time.perf_counter()
            ended = subprocess.run(command(), cwd=bench.root, capture_output=True, check=False)
            taken[way].append(time.perf_counter() - began)
            require(ended.returncode == 0, f"{way}: {ended.stderr.decode()}")
    alone = median(taken.pop("alone")) * 1000
    return [
        Figure(
            f"a command {way}",
            median(seconds) * 1000,
            "ms",
            "without",
            alone,
            note=f"median of {len(seconds)}, fastest {min(seconds) * 1000:.1f} ms, /bin/true",
        )
        for way, seconds in taken.items()
    ]


def measure_start(bench: SandboxBench) -> list[Figure]:
    """What the proof takes that every start begins with."""
    seconds: list[float] = []
    attempts = 0
    for _time in range(bench.few(15, 1)):
        began = time.perf_counter()
        seen = asyncio.run(prove(bench.sandbox))
        seconds.append(time.perf_counter() - began)
        require(not seen.problem, seen.problem)
        attempts = seen.attempts
    return [
        Figure(
            "the proof at every start",
            median(seconds) * 1000,
            "ms",
            target=Target("at most", PROOF_MILLISECONDS),
            note=f"{attempts} ways out tried in one process, fastest {min(seconds) * 1000:.1f} ms",
        )
    ]


def _bare(bench: SandboxBench) -> tuple[str, ...]:
    """The least that is called a sandbox elsewhere: it hides nothing and protects nothing."""
    root = str(bench.root)
    return (
        *(bench.sandbox.program, "--unshare-all", "--new-session", "--die-with-parent"),
        *("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"),
        *("--bind", root, root, "--chdir", root, "--"),
    )


Measurement = Callable[[SandboxBench], list[Figure]]
FIGURES: Mapping[str, Measurement] = {"commands": measure_commands, "start": measure_start}


def make_project(folder: Path) -> Path:
    """A repository with some folders and files."""
    root = folder / "project"
    for number in range(FOLDERS):
        (root / f"part{number % 20}" / f"folder{number}").mkdir(parents=True)
        (root / f"part{number % 20}" / f"folder{number}" / "code.py").write_text("x = 1\n")
    (root / ".env").write_text("PASSWORD=x\n")
    subprocess.run(["git", "init", "-q", root], check=True)
    return root


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 when a target was missed or a result was wrong."""
    parser = parser_for(
        "sandbox",
        "Measure what the sandbox costs: a command in it and without it, and the proof at start.",
        FIGURES,
    )
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="inhouse-bench-") as folder:
        root = make_project(Path(folder))
        os.environ.update(process.scrubbed(os.environ))
        sandbox = asyncio.run(probe(root))
        require(sandbox.kind == "bubblewrap", sandbox.label)
        bench = SandboxBench(root, sandbox, options.quick)
        return measure_all(bench, FIGURES, options, lambda: _describe(sandbox))


def _describe(sandbox: Sandbox) -> dict[str, str]:
    version = subprocess.run(
        [sandbox.program, "--version"], capture_output=True, text=True, check=True
    )
    return {**describe_machine(), "program": f"{sandbox.program}, {version.stdout.strip()}"}


if __name__ == "__main__":
    run_main(main)
