"""Measures the engine beside llama-server on this machine: see scripts/bench/engine."""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from figure import Bench, Figure
from figures import FIGURES
from llama_server_install import ensure_llama_server
from progress import Progress
from report import as_json, as_table, describe_run
from tiny_models import write_tiny_model

from inhouse_models.machine import physical_cores
from inhouse_models.store import ModelFile, Store, StoreFault


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 when a target was missed, 2 when nothing could be measured."""
    options = _parse(arguments)
    # It served to find scripts/lib and is nothing for the programs that are started.
    os.environ.pop("PYTHONPATH", None)
    model = Store().find(options.model)
    if isinstance(model, StoreFault):
        sys.stderr.write(model.text + "\n")
        return 2
    names = options.only or list(FIGURES)
    server = None
    if not options.alone and any(name.startswith("replay") for name in names):
        server = ensure_llama_server()
        if server is None:
            sys.stderr.write("without llama-server: scripts/bench/engine --alone\n")
            return 2
    with tempfile.TemporaryDirectory(prefix="inhouse-bench-") as folder:
        bench = _prepare(options, model, Path(folder), server)
        run = describe_run(bench)
        figures: list[Figure] = []
        for name in names:
            progress = Progress(f"measuring {name}")
            progress.show()
            figures += FIGURES[name](bench)
            progress.finish()
    print(as_json(run, figures) if options.json else as_table(run, figures))
    return int(not options.quick and any(figure.verdict == "missed" for figure in figures))


def _prepare(
    options: argparse.Namespace, model: ModelFile, folder: Path, server: Path | None
) -> Bench:
    """Everything that the run writes goes to its own folder: no host or state of the person is
    used, and none of ours stays."""
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        os.environ[name] = str(folder / name.split("_")[1].lower())
    hybrid = folder / "tiny-qwen35.gguf"
    write_tiny_model("qwen35", model.path, hybrid, short=False)
    threads = options.threads or physical_cores()
    return Bench(model.path, hybrid, folder, threads, server, options.quick)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench/engine",
        description="Measure the engine beside llama-server, which is compiled at the first run.",
    )
    parser.add_argument(
        "--only", nargs="+", metavar="FIGURE", choices=list(FIGURES),
        help=f"some of: {', '.join(FIGURES)}",
    )  # fmt: skip
    parser.add_argument("--model", default="starter-small", help="a name or a GGUF file")
    parser.add_argument("--threads", type=int, default=0, metavar="N", help="0 for all cores")
    parser.add_argument("--alone", action="store_true", help="leave llama-server out")
    parser.add_argument("--quick", action="store_true", help="only show that everything works")
    parser.add_argument("--json", action="store_true", help="for programs")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
