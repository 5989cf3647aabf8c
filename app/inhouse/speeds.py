"""Remembers how fast each model was on this machine, so that a person can compare them."""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from inhouse.settings_file import replace_text
from inhouse_agent.folders import state_folder
from inhouse_models.chat import Timings, Usage

FORMAT = 1
MODELS_KEPT = 100
# Shorter ones say more about starting than about speed.
LEAST_READ_TOKENS = 64
LEAST_WRITTEN_TOKENS = 8
# After so many seconds of work the past counts half: drivers, settings and machines change.
MEMORY_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Speed:
    """Tokens per second reading a prompt and writing an answer; 0 where none was seen."""

    reading: float = 0.0
    writing: float = 0.0


@dataclass(frozen=True, slots=True)
class _Work:
    """Tokens, and the seconds that they took."""

    tokens: float = 0.0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Tokens per second."""
        return self.tokens / self.seconds if self.seconds > 0 else 0.0

    def plus(self, tokens: int, seconds: float, least: int) -> "_Work":
        """With one answer more, when it is long enough to tell anything."""
        if tokens < least or seconds <= 0:
            return self
        share = 0.5 if self.seconds > MEMORY_SECONDS else 1.0
        return _Work(self.tokens * share + tokens, self.seconds * share + seconds)


@dataclass(frozen=True, slots=True)
class _Record:
    reading: _Work = _Work()
    writing: _Work = _Work()


def note(model: str, usage: Usage, timings: Timings) -> None:
    """Take in one answer of the engine on this machine; writes a small file, so not on a UI's loop.

    Of two programs that note at once one may be forgotten, and a file that cannot be written is
    no matter: these are figures to look at.
    """
    records = _read()
    before = records.pop(model, _Record())
    fresh = usage.input_tokens - usage.cached_input_tokens
    after = _Record(
        before.reading.plus(fresh, timings.read_seconds, LEAST_READ_TOKENS),
        before.writing.plus(usage.output_tokens, timings.write_seconds, LEAST_WRITTEN_TOKENS),
    )
    if after == before:
        return
    records[model] = after
    with contextlib.suppress(OSError):
        replace_text(speeds_file(), _encode(dict(list(records.items())[-MODELS_KEPT:])))


def read_speeds() -> Mapping[str, Speed]:
    """The speeds seen, by the name of the model."""
    return {
        model: Speed(record.reading.rate, record.writing.rate) for model, record in _read().items()
    }


def speeds_file() -> Path:
    """Where they are kept."""
    return state_folder() / "speeds.json"


def _encode(records: Mapping[str, _Record]) -> str:
    models = {
        model: {
            "reading": [record.reading.tokens, record.reading.seconds],
            "writing": [record.writing.tokens, record.writing.seconds],
        }
        for model, record in records.items()
    }
    return json.dumps({"version": FORMAT, "models": models}, indent=1) + "\n"


def _read() -> dict[str, _Record]:
    """What is kept; a missing, damaged or newer file is as good as none."""
    try:
        data = json.loads(speeds_file().read_text(encoding="utf-8"))
        if data["version"] != FORMAT:
            return {}
        models = cast("dict[str, dict[str, list[float]]]", data["models"])
        return {
            model: _Record(_decode(work["reading"]), _decode(work["writing"]))
            for model, work in models.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _decode(pair: list[float]) -> _Work:
    tokens, seconds = pair
    return _Work(float(tokens), float(seconds))
