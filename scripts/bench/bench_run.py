"""What every benchmark does around its figures: options, progress, a table, an exit code."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from figure import Figure
from progress import Progress
from report import as_json, as_table

Bench = TypeVar("Bench")
Measure = Callable[[Bench], Sequence[Figure]]


class BenchError(Exception):
    """A result was not what it must be, so its time says nothing."""


def require(condition: bool, text: str) -> None:
    """Every figure checks what came out before it tells how long it took."""
    if not condition:
        raise BenchError(text)


def parser_for(
    name: str, description: str, figures: Mapping[str, object]
) -> argparse.ArgumentParser:
    """The options of `scripts/bench/NAME`."""
    parser = argparse.ArgumentParser(prog=f"scripts/bench/{name}", description=description)
    parser.add_argument(
        "--only", nargs="+", metavar="FIGURE", choices=list(figures),
        help=f"some of: {', '.join(figures)}",
    )  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="only show that everything works")
    parser.add_argument("--json", action="store_true", help="for programs")
    return parser


def measure_all(
    bench: Bench,
    figures: Mapping[str, Measure[Bench]],
    options: argparse.Namespace,
    describe: Callable[[], Mapping[str, str]],
) -> int:
    """Measure and print; 1 when a target was missed or a result was wrong."""
    # It served to find scripts/lib and is nothing for the programs that are started.
    os.environ.pop("PYTHONPATH", None)
    found = list[Figure]()
    wrong: list[str] = []
    for name in options.only or list(figures):
        progress = Progress(f"measuring {name}")
        progress.show()
        try:
            found += figures[name](bench)
            progress.finish()
        except BenchError as error:
            progress.finish("WRONG")
            wrong.append(f"{name}: {error}")
    run = {
        **describe(),
        "kind": "quick: shows that it works, not how fast" if options.quick else "full",
    }
    print(as_json(run, found) if options.json else as_table(run, found))
    sys.stderr.write("".join(f"{text}\n" for text in wrong))
    missed = not options.quick and any(figure.verdict == "missed" for figure in found)
    return int(bool(wrong) or missed)


def run_main(main: Callable[[Sequence[str]], int]) -> None:
    """End the process with the exit code of a benchmark."""
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
