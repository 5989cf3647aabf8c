"""Measures what serves editors beside llama-server: see scripts/bench/editor."""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench_run import measure_all, parser_for, run_main
from editor_figures import FIGURES
from figure import Bench
from llama_server_install import ensure_llama_server
from report import describe_run

from inhouse_models.machine import physical_cores
from inhouse_models.store import Store, StoreFault


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 when a target was missed, 2 when nothing could be measured."""
    parser = parser_for(
        "editor",
        "Measure what serves editors: completions over a typing session beside llama-server's"
        " /infill, and how long a message of the Agent Client Protocol is under way.",
        FIGURES,
    )
    parser.add_argument("--model", default="starter-small", help="a model of this machine")
    parser.add_argument(
        "--threads", type=int, default=physical_cores(), metavar="N",
        help="of both; with 1, other work on the machine disturbs both alike",
    )  # fmt: skip
    parser.add_argument("--alone", action="store_true", help="without llama-server")
    options = parser.parse_args(arguments)
    model = Store().find(options.model)
    if isinstance(model, StoreFault):
        sys.stderr.write(model.text + "\n")
        return 2
    server = None if options.alone else ensure_llama_server()
    if server is None and not options.alone:
        sys.stderr.write("without llama-server: scripts/bench/editor --alone\n")
        return 2
    with tempfile.TemporaryDirectory(prefix="inhouse-bench-") as name:
        folder = Path(name)
        # No host or state of the person is used, and none of ours stays.
        for variable in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
            os.environ[variable] = str(folder / variable.split("_")[1].lower())
        bench = Bench(model.path, model.path, folder, options.threads, server, options.quick)
        return measure_all(bench, FIGURES, options, lambda: describe_run(bench))


if __name__ == "__main__":
    run_main(main)
