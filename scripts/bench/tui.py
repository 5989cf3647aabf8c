"""Measures the terminal UI: see scripts/bench/tui."""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from figure import Figure
from progress import Progress
from report import as_json, as_table, describe_machine
from tui_bench import COLUMNS, ROWS, TuiBench, TuiBenchError
from tui_figures import FIGURES


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 when a target was missed or a result was wrong."""
    options = _parse(arguments)
    # It served to find scripts/lib and is nothing for the programs that are started.
    os.environ.pop("PYTHONPATH", None)
    figures = list[Figure]()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="inhouse-bench-") as folder:
        bench = TuiBench(Path(folder), options.quick)
        for name in options.only or list(FIGURES):
            progress = Progress(f"measuring {name}")
            progress.show()
            try:
                figures += FIGURES[name](bench)
                progress.finish()
            except TuiBenchError as error:
                progress.finish("WRONG")
                wrong.append(f"{name}: {error}")
    run = _describe(bench)
    print(as_json(run, figures) if options.json else as_table(run, figures))
    sys.stderr.write("".join(f"{text}\n" for text in wrong))
    missed = not options.quick and any(figure.verdict == "missed" for figure in figures)
    return int(bool(wrong) or missed)


def _describe(bench: TuiBench) -> dict[str, str]:
    """Machine, programs and terminal, for people."""
    return {
        **describe_machine(),
        "libraries": f"textual {version('textual')}, inhouse {version('inhouse')}",
        "terminal": f"{COLUMNS}x{ROWS}, drawn in full, written to /dev/null",
        "kind": "quick: shows that it works, not how fast" if bench.quick else "full",
    }


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench/tui",
        description="Measure the terminal UI: how soon it takes a key, what streaming costs in a"
        " long conversation, how much memory that takes.",
    )
    parser.add_argument(
        "--only", nargs="+", metavar="FIGURE", choices=list(FIGURES),
        help=f"some of: {', '.join(FIGURES)}",
    )  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="only show that everything works")
    parser.add_argument("--json", action="store_true", help="for programs")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
