"""Kills what inhouse writes, and lets it fail, at every system call: see scripts/bench/kills."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench_run import measure_all, parser_for, require, run_main
from figure import Figure, Target
from report import describe_machine

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDERS: Final = ("app", "agent", "tools", "models", ".")
QUICK_SAMPLE: Final = "65"


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 when anything was torn, lost or not said."""
    parser = parser_for(
        "kills",
        "Kill what inhouse writes at every system call, and let every one fail that can, and look"
        " what the next start makes of it. Needs strace on Linux; takes a quarter of an hour.",
        FIGURES,
    )
    options = parser.parse_args(arguments)
    return measure_all(bool(options.quick), FIGURES, options, describe_machine)


def measure_kills(quick: bool) -> list[Figure]:
    """SIGKILL right before each system call of each thing that is written."""
    told = _run("kills.py", quick)
    figures = [
        Figure(
            f"kills of: {name}",
            tally["kills"],
            note=f"of {tally['points']} calls; found as before {tally['old']}, as after"
            f" {tally['new']}, repaired by the next start {tally['repaired']}",
        )
        for name, tally in told.items()
    ]
    kills = sum(tally["kills"] for tally in told.values())
    control = _run("kills.py", quick, "--control")["naive writer"]
    require(len(control["faults"]) > control["kills"] / 2, "a naive writer was not torn")
    note = f"in {kills} kills; a naive writer is torn by {len(control['faults'])} of"
    return [
        *figures,
        Figure("kills in all", kills),
        _faults("torn or lost", told, f"{note} {control['kills']}"),
    ]


def measure_failures(quick: bool) -> list[Figure]:
    """ENOSPC, EDQUOT, EROFS and EIO at each call that can fail so."""
    told = _run("failures.py", quick)
    figures = [
        Figure(
            f"failures of: {name}",
            tally["failures"],
            note=f"as before {tally['old']}, done all the same {tally['new']}, in part and said"
            f" {tally['part']}",
        )
        for name, tally in told.items()
    ]
    failures = sum(tally["failures"] for tally in told.values())
    control = _run("failures.py", quick, "--control")["naive writer"]
    require(len(control["faults"]) > control["failures"] / 2, "a naive writer was not broken")
    return [
        *figures,
        Figure("failures in all", failures),
        _faults("torn, lost or not said", told, f"in {failures} failures"),
    ]


FIGURES: Final[Mapping[str, Callable[[bool], Sequence[Figure]]]] = {
    "kills": measure_kills,
    "failures": measure_failures,
}


def _faults(what: str, told: Mapping[str, Any], note: str) -> Figure:
    faults = [f"{name}: {fault}" for name, tally in told.items() for fault in tally["faults"]]
    sys.stderr.write("".join(f"{fault}\n" for fault in faults[:20]))
    return Figure(what, len(faults), target=Target("at most", 0), note=note)


def _run(program: str, quick: bool, *arguments: str) -> dict[str, Any]:
    """What a program of the tests tells of each scenario."""
    sample = ("--sample", QUICK_SAMPLE) if quick else ()
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "e2e" / "durability" / program), *sample, *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(str(ROOT / name) for name in FOLDERS)},
        capture_output=True,
        text=True,
        check=False,
    )
    require(bool(done.stdout), f"{program} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout)


if __name__ == "__main__":
    run_main(main)
