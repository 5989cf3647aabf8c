"""Measures what the runner costs: see scripts/bench/runner."""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from statistics import median

from inhouse_tools.runner.connection import Runner, use_runner
from inhouse_tools.runner.forked import fork_runner

# As small as it is in inhouse: nothing else is loaded yet.
BEGAN = time.perf_counter()
RUNNER = Runner(fork_runner())
FORKED_SECONDS = time.perf_counter() - BEGAN

from bench_run import measure_all, parser_for, require, run_main  # noqa: E402 - see above
from figure import Figure, Target  # noqa: E402 - see above
from report import describe_machine  # noqa: E402 - see above

from inhouse_tools import process  # noqa: E402 - see above

COMMAND = ("/bin/true",)
FORK_MILLISECONDS = 5
# The modules that a front end has loaded when it opens, with and without the runner before them.
OPEN = "import inhouse.start\n{}import inhouse.tui.app"
WITH_RUNNER = "inhouse.start.fork_beside()\n"


@dataclass(frozen=True, slots=True)
class RunnerBench:
    """`quick` only shows that all works."""

    quick: bool = False

    def few(self, full: int, quick: int) -> int:
        """How often to do something."""
        return quick if self.quick else full


def measure_fork(_bench: RunnerBench) -> list[Figure]:
    """The fork, and what the runner then holds for itself."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii").split()
    held = Path(f"/proc/{children[0]}/smaps_rollup").read_text("ascii").splitlines()
    private = sum(int(line.split()[1]) for line in held if line.startswith("Private_"))
    return [
        Figure(
            "forking the runner",
            FORKED_SECONDS * 1000,
            "ms",
            target=Target("at most", FORK_MILLISECONDS),
        ),
        Figure("memory of the runner", private / 1024, "MiB", note="private, no other has it"),
    ]


def measure_start(bench: RunnerBench) -> list[Figure]:
    """Processor time of a start up to the modules of the UI, in turn with and without it."""
    taken: dict[str, list[float]] = {WITH_RUNNER: [], "": []}
    for _time in range(bench.few(25, 1)):
        for before, seconds in taken.items():
            seconds.append(_processor_seconds(OPEN.format(before)))
    ours, theirs = (median(taken[before]) * 1000 for before in (WITH_RUNNER, ""))
    note = f"medians of {len(taken[''])}, least {min(taken[WITH_RUNNER]) * 1000:.0f} ms"
    return [Figure("start of the UI", ours, "ms", "without", theirs, note=note)]


def _processor_seconds(code: str) -> float:
    pid = os.posix_spawn(sys.executable, [sys.executable, "-I", "-c", code], os.environ)
    _pid, status, used = os.wait4(pid, 0)
    require(status == 0, f"{code!r} failed")
    return used.ru_utime + used.ru_stime


def measure_commands(bench: RunnerBench) -> list[Figure]:
    """A command from start to end, in turn through the runner and directly."""
    # As large as a front end is.
    import_module("inhouse.tui.app")
    taken = asyncio.run(_run_in_turn(bench.few(200, 2)))
    ours, theirs = (median(seconds) * 1000 for seconds in taken)
    note = f"medians of {len(taken[0])}, {COMMAND[0]}, from a process with the UI loaded"
    return [Figure("a command through it", ours, "ms", "directly", theirs, note=note)]


async def _run_in_turn(times: int) -> tuple[list[float], list[float]]:
    taken: tuple[list[float], list[float]] = ([], [])
    for _time in range(times):
        for runner, seconds in zip((RUNNER, None), taken, strict=True):
            use_runner(runner)
            began = time.perf_counter()
            ended = await process.run(COMMAND, cwd=Path("/"), timeout=60)
            seconds.append(time.perf_counter() - began)
            require(isinstance(ended, process.Result) and ended.exit_code == 0, str(ended))
    return taken


Measurement = Callable[[RunnerBench], list[Figure]]
FIGURES: Mapping[str, Measurement] = {
    "fork": measure_fork,
    "start": measure_start,
    "commands": measure_commands,
}


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 when a target was missed or a result was wrong."""
    text = "Measure what the process costs that starts all others: at start, and a command."
    options = parser_for("runner", text, FIGURES).parse_args(arguments)
    return measure_all(RunnerBench(options.quick), FIGURES, options, describe_machine)


if __name__ == "__main__":
    run_main(main)
