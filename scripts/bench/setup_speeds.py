"""Measures the speeds that `inhouse setup` reports beside llama-bench: see scripts/bench/setup."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench_run import BenchError, measure_all, parser_for, require, run_main
from figure import Bench, Figure, Target
from llama_server_install import ensure_llama_server
from llama_wheel import cache_folder
from report import as_json, describe_run

from inhouse_models.machine import physical_cores
from inhouse_models.measuring.measured import READ_TOKENS, WRITTEN_TOKENS
from inhouse_models.store import Store, StoreFault

# The larger of the two speeds over the smaller one.
NEAR = Target("at most", 1.10)
PAIRS = 5
THEIR_REPETITIONS = 2


@dataclass(frozen=True, slots=True)
class Speeds:
    """Tokens a second."""

    reading: float
    writing: float


def measure_speeds(bench: Bench) -> list[Figure]:
    """Ours and theirs in turn, so that whatever else the machine does disturbs both alike."""
    pairs: list[tuple[Speeds, Speeds]] = []
    for _ in range(bench.few(PAIRS, 1)):
        layout, ours = ask_setup(bench)
        pairs.append((ours, ask_llama_bench(bench, layout)))
    count = f"{len(pairs)} pair{'' if len(pairs) == 1 else 's'}"
    return [
        figure(f"reading {READ_TOKENS} tokens", [(a.reading, b.reading) for a, b in pairs], count),
        figure(
            f"writing {WRITTEN_TOKENS} tokens", [(a.writing, b.writing) for a, b in pairs], count
        ),
    ]


def figure(what: str, pairs: Sequence[tuple[float, float]], count: str) -> Figure:
    """One line: medians of both, and the median of how far apart a pair is."""
    ratios = [ours / theirs for ours, theirs in pairs]
    middle = statistics.median(ratios)
    spread = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    return Figure(
        what,
        statistics.median([ours for ours, _ in pairs]),
        "tokens/s",
        "llama-bench",
        statistics.median([theirs for _, theirs in pairs]),
        max(middle, 1 / middle),
        NEAR,
        f"{count}, ours over theirs: {spread}; median {middle:.3f}",
    )


def ask_setup(bench: Bench) -> tuple[Mapping[str, Any], Speeds]:
    """How the model was loaded, and the speeds, as `inhouse setup` tells scripts."""
    command = [sys.executable, "-m", "inhouse.start", "setup", "--measure", "--json"]
    command += ["-m", str(bench.model)]
    environment = {**os.environ, "INHOUSE_THREADS": str(bench.threads)}
    told = run(command, environment)["measured"]
    return told["layout"], Speeds(told["reading"], told["writing"])


def ask_llama_bench(bench: Bench, layout: Mapping[str, Any]) -> Speeds:
    """The same model in the same layout."""
    require(bench.llama_server is not None, "llama-bench was not installed")
    program = Path(str(bench.llama_server)).with_name("llama-bench")
    program.chmod(0o755)
    command = [
        *(str(program), "--model", str(bench.model), "--output", "json"),
        *("--n-prompt", str(READ_TOKENS), "--n-gen", str(WRITTEN_TOKENS)),
        *("--repetitions", str(bench.few(THEIR_REPETITIONS, 1))),
        *("--threads", str(layout["threads"])),
        *("--batch-size", str(layout["chunk"]), "--ubatch-size", str(layout["chunk"])),
        *("--flash-attn", "on" if layout["flash_attention"] else "off"),
        *("--cache-type-k", str(layout["key_type"]), "--cache-type-v", str(layout["value_type"])),
        *("--n-gpu-layers", str(layout["gpu_layers"])),
    ]
    # Ours sets this for its own threads.
    environment = {name: value for name, value in os.environ.items() if name[:5] != "GOMP_"}
    tests = run(command, environment)
    samples = {test["n_gen"] > 0: statistics.median(test["samples_ts"]) for test in tests}
    return Speeds(reading=samples[False], writing=samples[True])


def run(command: Sequence[str], environment: Mapping[str, str]) -> Any:
    """What a program answers as JSON."""
    done = subprocess.run(
        command, env=dict(environment), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BenchError(f"{Path(command[0]).name} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout)


FIGURES = {"speeds": measure_speeds}


def main(arguments: Sequence[str]) -> int:
    """Measure, print and keep; 1 when a target was missed, 2 when nothing could be measured."""
    kept = cache_folder() / "bench" / "setup.json"
    parser = parser_for(
        "setup",
        "Measure the speeds that inhouse setup reports beside those of llama-bench, with the same"
        f" model, in {PAIRS} interleaved pairs: about four minutes on two cores that nobody else"
        f" uses. The figures are kept in {kept}, for docs/performance.md.",
        FIGURES,
    )
    parser.add_argument("--model", default="starter-small", help="a name or a GGUF file")
    parser.add_argument(
        "--threads", type=int, default=physical_cores(), metavar="N", help="of both"
    )
    options = parser.parse_args(arguments)
    model = Store().find(options.model)
    if isinstance(model, StoreFault):
        sys.stderr.write(model.text + "\n")
        return 2
    program = ensure_llama_server()
    if program is None:
        return 2
    with tempfile.TemporaryDirectory(prefix="inhouse-bench-") as name:
        folder = Path(name)
        bench = Bench(model.path, model.path, folder, options.threads, program, options.quick)
        run_facts = describe_run(bench)
        found: list[Figure] = []

        def keep(bench: Bench) -> list[Figure]:
            found.extend(measure_speeds(bench))
            return found

        # No host, state or setting of the person is used, and none of ours stays.
        for variable in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
            os.environ[variable] = str(folder / variable.split("_")[1].lower())
        code = measure_all(bench, {"speeds": keep}, options, lambda: run_facts)
    if found and not options.quick:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(as_json(run_facts, found) + "\n", encoding="utf-8")
    return code


if __name__ == "__main__":
    run_main(main)
