"""What a person had tried out, remembered for this machine and model."""

import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from inhouse_models.private_file import delete_file, sweep_parts, write_private
from inhouse_models.speed.choices import SpeedChoices, read_choices
from inhouse_models.speed.facts import Facts, differences, machine_facts, model_key, state_folder

VERSION = 1


@dataclass(frozen=True, slots=True)
class Tuned:
    """The choices that were found quickest. `before_seconds` and `after_seconds` are of a turn
    without and with them, measured by turns; `when` is in seconds since the epoch."""

    choices: SpeedChoices
    before_seconds: float
    after_seconds: float
    when: float
    model: str = ""


@dataclass(frozen=True, slots=True)
class Stale:
    """A result of another machine or build, and what is not any more as it was."""

    tuned: Tuned
    changed: str


def recall(path: Path, now: Facts | None = None) -> Tuned | Stale | None:
    """What was found for the model of a file; of several results the one of this machine, which is
    as `now` says or as it is."""
    try:
        key = model_key(path)
    except OSError:
        return None
    now = now or machine_facts()
    stale: Stale | None = None
    for file in _files(key):
        read = _read(file)
        if read is None:
            continue
        tuned, facts = read
        changed = differences(facts, now)
        if not changed:
            return tuned
        stale = Stale(tuned, changed)
    return stale


def remember(path: Path, tuned: Tuned, now: Facts | None = None) -> None:
    """Keep a result in place of an older one of this machine, as a whole. Raises OSError."""
    facts = now or machine_facts()
    folder = state_folder()
    sweep_parts(folder, deep=False)
    values = {
        "version": VERSION,
        "facts": facts,
        "choices": tuned.choices.given(),
        "before_seconds": tuned.before_seconds,
        "after_seconds": tuned.after_seconds,
        "when": tuned.when,
        "model": tuned.model,
    }
    text = json.dumps(facts, sort_keys=True)
    name = f"{model_key(path)}-{hashlib.sha256(text.encode()).hexdigest()[:8]}.json"
    write_private(folder / name, [json.dumps(values, indent=1).encode() + b"\n"])


def forget(path: Path) -> bool:
    """Delete what was found for the model of a file, also on other machines; whether there was
    anything. Raises OSError."""
    files = list(_files(model_key(path)))
    for file in files:
        delete_file(file)
    return bool(files)


def _files(key: str) -> Iterator[Path]:
    yield from sorted(state_folder().glob(f"{key}-*.json"))


def _read(file: Path) -> tuple[Tuned, Facts] | None:
    """A damaged file is as good as none."""
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        choices = read_choices(values["choices"])
        facts = cast("Facts", dict(values["facts"]))
        numbers = [float(values[name]) for name in ("before_seconds", "after_seconds", "when")]
        if values["version"] != VERSION or choices is None or not all(map(math.isfinite, numbers)):
            return None
        return Tuned(choices, *numbers, model=str(values["model"])), facts
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
