"""Kills what we write at every system call, and judges what the next start makes of it.

Run as a program it prints one JSON object: per scenario the kill points, how often the process
was killed at them, and the faults. `--sample N` takes N points, spread evenly over all.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from tests.e2e.durability.scenario import FaultError, Scenario, require
from tests.e2e.durability.scenarios import CONTROL, SCENARIOS, point_home
from tests.e2e.durability.stand import Stand, spread, stands
from tests.e2e.durability.traced import Ended, Point


@dataclass(slots=True)
class Tally:
    """What came of killing one scenario: found as before, found as after."""

    points: int = 0
    kills: int = 0
    old: int = 0
    new: int = 0
    repaired: int = 0
    faults: list[str] = field(default_factory=list[str])


def kill(stand: Stand, points: Sequence[Point]) -> Tally:
    """Kill at each of these points."""
    tally = Tally(len(points))
    for point in points:
        stand.reset()
        ended = stand.tracer.kill(stand.act, point)
        tally.kills += ended.killed
        _judge(stand, point, ended, tally)
    return tally


def _judge(stand: Stand, point: Point, ended: Ended, tally: Tally) -> None:
    try:
        require(not ended.broken, ended.broken)
        found, repaired = stand.judge()
    except FaultError as fault:
        tally.faults.append(f"{point.call} {point.number}: {fault}")
        return
    tally.old += found == "old"
    tally.new += found == "new"
    tally.repaired += repaired


def run(scenarios: Iterable[Scenario], sample: int, seed: int) -> dict[str, Tally]:
    """All points of all scenarios, or a sample of about that size over all of them."""
    tallies: dict[str, Tally] = {}
    with stands(scenarios) as made:
        share = -(-sample // len(made)) if sample else sys.maxsize
        for stand, points in made:
            point_home(stand.work)
            tally = kill(stand, spread(points, share, random.Random(seed)))
            tally.points = len(points)
            tallies[stand.scenario.name] = tally
            sys.stderr.write(f"{stand.scenario.name}: {tally.kills} kills\n")
    return tallies


def main(arguments: Sequence[str]) -> int:
    """Kill and print; 1 when there were faults."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--control", action="store_true", help="the naive writer instead")
    options = parser.parse_args(arguments)
    scenarios = [one for one in SCENARIOS if not options.only or one.name in options.only]
    tallies = run([CONTROL] if options.control else scenarios, options.sample, options.seed)
    json.dump({name: asdict(tally) for name, tally in tallies.items()}, sys.stdout, indent=1)
    return int(any(tally.faults for tally in tallies.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
