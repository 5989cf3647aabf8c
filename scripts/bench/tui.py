"""Measures the terminal UI: see scripts/bench/tui."""

import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from bench_run import measure_all, parser_for, run_main
from report import describe_machine
from tui_bench import COLUMNS, ROWS, TuiBench
from tui_figures import FIGURES


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 when a target was missed or a result was wrong."""
    parser = parser_for(
        "tui",
        "Measure the terminal UI: how soon it takes a key, what streaming costs in a long"
        " conversation, how much memory that takes.",
        FIGURES,
    )
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="inhouse-bench-") as folder:
        bench = TuiBench(Path(folder), options.quick)
        return measure_all(bench, FIGURES, options, describe)


def describe() -> dict[str, str]:
    """Machine, programs and terminal, for people."""
    return {
        **describe_machine(),
        "libraries": f"textual {version('textual')}, inhouse {version('inhouse')}",
        "terminal": f"{COLUMNS}x{ROWS}, drawn in full, written to /dev/null",
    }


if __name__ == "__main__":
    run_main(main)
