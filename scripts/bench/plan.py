"""Compares memory plans with what the engine then takes: see scripts/bench/plan."""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from loaded_memory import MIB, Used, measure
from progress import Progress
from shaped_model import SHAPES, write_shaped_model

from inhouse_models.store import Store, StoreFault

CONTEXTS = (4_096, 16_384, 32_768)
PARTS = ("weights", "repacked", "kv", "recurrent", "compute", "program")
HEAD = ("model", "context", *PARTS, "used", "planned", "off", "allowed")


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 when a plan is further off than it may be, 2 without a model."""
    options = _parse(arguments)
    found: list[tuple[str, Used]] = []
    with tempfile.TemporaryDirectory(prefix="inhouse-bench-") as folder:
        models = _find_models(options, Path(folder))
        if isinstance(models, StoreFault):
            sys.stderr.write(models.text + "\n")
            return 2
        for name, path in models.items():
            progress = Progress(f"loading {name}")
            progress.show()
            found += [(name, used) for used in measure(path, options.context)]
            progress.finish()
    print(_as_json(found) if options.json else _as_table(found))
    return int(any(abs(used.plan - used.total) > used.allowed for _name, used in found))


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench/plan",
        description="Load models with several contexts on the processor, and compare the memory "
        "that the engine's process takes with the plan that it was loaded by. In MiB.",
    )
    parser.add_argument(
        "models", nargs="*", default=["starter-small", "starter"], metavar="MODEL",
        help="names or files; the two starters where none is named",
    )  # fmt: skip
    parser.add_argument("--context", type=int, action="append", metavar="N", help="may be repeated")
    parser.add_argument("--json", action="store_true", help="one JSON list")
    options = parser.parse_args(arguments)
    options.context = options.context or list(CONTEXTS)
    return options


def _find_models(options: argparse.Namespace, folder: Path) -> dict[str, Path] | StoreFault:
    """The named models, then files of zeros that have the sizes of other architectures."""
    models: dict[str, Path] = {}
    for name in options.models:
        model = Store().find(name)
        if isinstance(model, StoreFault):
            return model
        models[model.name] = model.path
    first = next(iter(models.values()))
    for name, sizes in SHAPES.items():
        models[name] = folder / f"{name}.gguf"
        write_shaped_model(sizes, first, models[name])
    return models


def _as_json(found: Sequence[tuple[str, Used]]) -> str:
    rows = [dict(zip(HEAD, _row(name, used), strict=True)) for name, used in found]
    return json.dumps(rows, indent=1)


def _as_table(found: Sequence[tuple[str, Used]]) -> str:
    rows = [HEAD, *(_row(name, used) for name, used in found)]
    texts = [[str(value) for value in row] for row in rows]
    widths = [max(len(row[column]) for row in texts) for column in range(len(HEAD))]
    lines: list[str] = []
    for name, *numbers in texts:
        cells = [one.rjust(width) for one, width in zip(numbers, widths[1:], strict=True)]
        lines.append("  ".join([name.ljust(widths[0]), *cells]))
    return "\n".join(lines)


def _row(name: str, used: Used) -> tuple[str | int, ...]:
    sizes = [*(getattr(used, part) for part in PARTS), used.total, used.plan]
    off = used.plan - used.total
    return (name, used.context, *(round(size / MIB) for size in (*sizes, off, used.allowed)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
