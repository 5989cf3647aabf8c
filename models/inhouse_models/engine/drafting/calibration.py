"""What was measured of a model on this machine, remembered so that it is measured once."""

import hashlib
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from inhouse_models.engine.drafting.curve import BatchCurve
from inhouse_models.private_file import sweep_parts, write_private

VERSION = 2
# What a calibration is good for: model, processor, cores, threads, library, backends.
Facts = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Settings that were found fastest, and the speeds they gave.

    `threads` decode one token, `reading_threads` several at once; `chunk` is how many tokens of a
    prompt to read at once.
    """

    curve: BatchCurve
    reading_tokens_per_second: float
    threads: int
    reading_threads: int
    flash_attention: bool
    chunk: int


def calibration_folder() -> Path:
    """Where calibrations are kept: the XDG cache folder."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "inhouse" / "calibration"


def calibration_path(facts: Facts) -> Path:
    """The file of the calibration that is good for exactly these facts."""
    text = json.dumps(dict(facts), sort_keys=True)
    return calibration_folder() / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.json"


def calibration_figures(calibration: Calibration) -> dict[str, object]:
    """The figures by their names, as JSON has them; `curve` in seconds by rows."""
    return {
        "curve": list(calibration.curve.seconds),
        "reading_tokens_per_second": float(calibration.reading_tokens_per_second),
        "threads": calibration.threads,
        "reading_threads": calibration.reading_threads,
        "flash_attention": calibration.flash_attention,
        "chunk": calibration.chunk,
    }


def encode_calibration(calibration: Calibration, facts: Facts) -> str:
    """JSON with a version, the facts and the figures."""
    values = {"version": VERSION, "facts": dict(facts), **calibration_figures(calibration)}
    return json.dumps(values, indent=1) + "\n"


def decode_calibration(text: str, facts: Facts) -> Calibration | None:
    """What `encode_calibration` made of these facts; None for anything else."""
    try:
        values = cast("dict[str, object]", json.loads(text))
        if values["version"] != VERSION or values["facts"] != dict(facts):
            return None
        curve = BatchCurve(tuple(float(one) for one in cast("list[float]", values["curve"])))
        match values:
            case {
                "reading_tokens_per_second": float(speed),
                "threads": int(threads),
                "reading_threads": int(reading_threads),
                "flash_attention": bool(flash),
                "chunk": int(chunk),
            } if 0 < speed < math.inf and min(threads, reading_threads, chunk) > 0:
                return Calibration(curve, speed, threads, reading_threads, flash, chunk)
            case _:
                return None
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def recall_calibration(facts: Facts) -> Calibration | None:
    """What was remembered for these facts; a missing, damaged or foreign file is None."""
    try:
        text = calibration_path(facts).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return decode_calibration(text, facts)


def remember_calibration(calibration: Calibration, facts: Facts) -> OSError | None:
    """Keep it as a whole or not at all. A fault only means that it is measured again."""
    path = calibration_path(facts)
    try:
        sweep_parts(path.parent, deep=False)
        write_private(path, [encode_calibration(calibration, facts).encode()])
    except OSError as fault:
        return fault
    return None
