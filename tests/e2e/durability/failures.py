"""Lets what we write fail at every system call, as a full or a broken disk would.

Run as a program it prints one JSON object as kills.py does. `--unlocked` instead runs each scenario
once on a system where nothing can be locked.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Final

from tests.e2e.durability.scenario import FaultError, Scenario, require
from tests.e2e.durability.scenarios import CONTROL, SCENARIOS, point_home
from tests.e2e.durability.stand import Stand, spread, stands, without_litter
from tests.e2e.durability.traced import Ended, Point

WRITING: Final = frozenset(
    {
        *("write", "pwrite64", "writev", "fsync", "fdatasync", "ftruncate", "fallocate", "open"),
        *("openat", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat"),
        *("mkdir", "mkdirat", "unlink", "unlinkat", "rmdir", "chmod", "fchmod", "fchmodat"),
    }
)
READING: Final = frozenset(
    {
        *("read", "pread64", "getdents64", "newfstatat", "fstat", "stat", "lstat", "statx"),
        *("readlink", "readlinkat"),
    }
)
ERRORS: Final = ("ENOSPC", "EDQUOT", "EROFS", "EIO")
STAYED: Final = " stays: "
NO_LOCKS: Final = "No locks available"
UNRECORDED: Final = "cannot be taken back"
NOT_FOR_PEOPLE: Final = ("Errno", "Traceback", " None", "Error(")


@dataclass(slots=True)
class Tally:
    """What came of it: `new` happened all the same, of a `part` it was said what stays.

    `silent` are failures of which nothing had to be said.
    """

    failures: int = 0
    old: int = 0
    new: int = 0
    part: int = 0
    silent: int = 0
    faults: list[str] = field(default_factory=list[str])


def failures_of(points: Iterable[Point]) -> list[tuple[Point, str]]:
    """Every call that may fail so, with each error."""
    failures: list[tuple[Point, str]] = []
    for point in points:
        if point.call in WRITING:
            failures += [(point, error) for error in ERRORS]
        elif point.call in READING:
            failures.append((point, "EIO"))
    return failures


def fail(stand: Stand, failures: Sequence[tuple[Point, str]]) -> Tally:
    """Let each of these happen."""
    tally = Tally(len(failures))
    for point, error in failures:
        stand.reset()
        ended = stand.tracer.fail(stand.act, point, error)
        try:
            found = judge(stand, ended)
        except FaultError as fault:
            tally.faults.append(f"{point.call} {point.number} {error}: {fault}")
            continue
        tally.old += found == "old"
        tally.new += found == "new"
        tally.part += found == "part"
        tally.silent += not ended.said
    return tally


def judge(stand: Stand, ended: Ended) -> str:
    """Which state is there, "old", "new" or "part". Raises FaultError."""
    require(not ended.broken, ended.broken[-400:])
    require(not ended.killed, "it was killed")
    unfit = [sign for sign in NOT_FOR_PEOPLE if sign in ended.said]
    require(not unfit, f"no message for a person: {ended.said}")
    now = without_litter(stand.scenario.look(stand.work))
    if now not in (stand.old, stand.new):
        require(STAYED in ended.said, f"{ended.said} neither old nor new: {now!r:.400}")
        return "part"
    require(ended.said or now == stand.new, "it did not happen, and nothing was said")
    stand.scenario.restart(stand.work)
    require(stand.scenario.look(stand.work) in (stand.old, stand.new), "the restart broke it")
    try:
        stand.scenario.further(stand.work)
    except FaultError:
        if UNRECORDED not in ended.said:
            raise
    return "old" if now == stand.old else "new"


def unlock(stand: Stand) -> Tally:
    """Let no lock be had, from the first to the last."""
    tally = Tally(1)
    stand.reset()
    ended = stand.tracer.fail(stand.act, Point("flock", 1), "ENOLCK", always=True)
    try:
        found = judge(stand, ended)
        happened = found == "new" or stand.old == stand.new
        # SQLite needs locks, and with it undo.
        require(happened or NO_LOCKS in ended.said, f"it did not happen: {ended.said}")
    except FaultError as fault:
        tally.faults.append(str(fault))
    else:
        tally.old, tally.new = int(found == "old"), int(found == "new")
    return tally


def run(
    scenarios: Iterable[Scenario], sample: int, seed: int, *, unlocked: bool = False
) -> dict[str, Tally]:
    """All failures of all scenarios, or a sample of about that size over all of them."""
    tallies: dict[str, Tally] = {}
    with stands(scenarios) as made:
        share = -(-sample // len(made)) if sample else sys.maxsize
        for stand, points in made:
            point_home(stand.work)
            chosen = spread(failures_of(points), share, random.Random(seed))
            tally = unlock(stand) if unlocked else fail(stand, chosen)
            tallies[stand.scenario.name] = tally
            sys.stderr.write(f"{stand.scenario.name}: {tally.failures} failures\n")
    return tallies


def main(arguments: Sequence[str]) -> int:
    """Let it fail and print; 1 when there were faults."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--control", action="store_true", help="the naive writer instead")
    parser.add_argument("--unlocked", action="store_true", help="no locks instead of failures")
    options = parser.parse_args(arguments)
    scenarios = [one for one in SCENARIOS if not options.only or one.name in options.only]
    chosen = [CONTROL] if options.control else scenarios
    tallies = run(chosen, options.sample, options.seed, unlocked=options.unlocked)
    json.dump({name: asdict(tally) for name, tally in tallies.items()}, sys.stdout, indent=1)
    return int(any(tally.faults for tally in tallies.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
