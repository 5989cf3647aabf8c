"""The models that a person has added in `models.toml`, and what is wrong with them.

A table `[[model]]` needs a name, a repository and a file. What is wrong with one table leaves out
that one only.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

MOST_BYTES = 1_000_000
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_HASH = re.compile(r"[0-9a-f]{64}")
_GIB = 1024**3
# For weights without a working context, where a person does not say what is needed.
_ROOM_FOR_WORK = 1.15
_SAMPLING = {"temperature": 0.6, "top_k": 20, "top_p": 0.95, "min_p": 0.0}


@dataclass(frozen=True, slots=True)
class OwnModels:
    """Tables that are whole, in the form of the catalogue, and a sentence for each that is not."""

    tables: tuple[Mapping[str, Any], ...] = ()
    problems: tuple[str, ...] = ()


def own_models_file() -> Path:
    """Where a person adds models."""
    chosen = os.environ.get("XDG_CONFIG_HOME", "")
    base = Path(chosen) if Path(chosen).is_absolute() else Path.home() / ".config"
    return base / "inhouse" / "models.toml"


def read_own_text() -> tuple[str, str]:
    """What stands in the file, and why it cannot be read; both empty without one."""
    file = own_models_file()
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return "", ""
    except OSError as error:
        return "", f"it cannot be read: {error.strerror}"
    if len(content) > MOST_BYTES:
        return "", f"it has more than {MOST_BYTES:,} bytes and is not read"
    return content.decode("utf-8", "replace"), ""


def check_own_models(text: str, taken: Collection[str]) -> OwnModels:
    """Check every table; `taken` are names and aliases that the catalogue has already."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return OwnModels(problems=(f"it is no TOML, so none of its models is known: {error}",))
    listed = data.pop("model", [])
    problems = [f"{key} means nothing here: models are written as [[model]]" for key in data]
    if not isinstance(listed, list):
        return OwnModels(problems=(*problems, "models are written as [[model]], each with a name"))
    used = set(taken)
    tables: list[Mapping[str, Any]] = []
    for number, item in enumerate(cast("list[object]", listed), 1):
        table = cast("dict[str, Any]", item) if isinstance(item, dict) else {}
        wrong = _find_fault(table, used)
        name = table.get("name")
        label = f"model {number}" + (f" ({name})" if isinstance(name, str) else "")
        if wrong:
            problems.append(f"{label} is left out: {wrong}")
            continue
        used |= {table["name"], *table.get("aliases", ())}
        tables.append(_complete(table))
    return OwnModels(tuple(tables), tuple(problems))


def _complete(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """The table with what was not said."""
    size = table.get("size", 0)
    defaults: dict[str, Any] = {
        "title": table["name"],
        "licence": "",
        "family": "",
        "profile": "large",
        "context": 32_768,
        "sampling": _SAMPLING,
        "needs_gib": round(size / _GIB * _ROOM_FOR_WORK, 1),
        "line": table["name"],
    }
    return {**defaults, **table, "own": True}


def _find_fault(table: Mapping[str, Any], used: Collection[str]) -> str:
    """The first thing that is wrong with a table; empty when nothing is."""
    for key in table:
        if key not in _CHECKS:
            near = difflib.get_close_matches(key, _CHECKS, n=1)
            return f"{key} is not known" + (f"; did you mean {near[0]}?" if near else "")
    for key in ("name", "repository", "file"):
        if key not in table:
            return f"{key} is missing"
    for key, value in table.items():
        wanted, fits = _CHECKS[key]
        if not fits(value):
            return f"{key} has to be {wanted}, not {_shown(value)}"
    for name in (table["name"], *table.get("aliases", ())):
        if name in used:
            return f"there is a model {name} already"
    return ""


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _is_number(value: object, least: float, most: float) -> bool:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return plain and least <= cast("float", value) <= most


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**53


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 1000 and value.isprintable()


def _matches(pattern: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_file(value: object) -> bool:
    parts = value.split("/") if isinstance(value, str) else []
    return _is_text(value) and str(value).endswith(".gguf") and not {"", ".", ".."} & set(parts)


def _is_sampling(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    limits = {"temperature": 5.0, "top_k": 1000.0, "top_p": 1.0, "min_p": 1.0}
    given = cast("dict[str, object]", value)
    if any(not _is_number(given[key], 0, limits[key]) for key in given if key in limits):
        return False
    return set(given) <= set(limits) and isinstance(given.get("top_k", 0), int)


def _is_projector(value: object) -> bool:
    given = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    known = {"repository", "file", "revision", "size", "sha256"}
    whole = {"repository", "file"} <= set(given) <= known
    return whole and all(_CHECKS[key][1](one) for key, one in given.items())


def _are_names(value: object) -> bool:
    named = _matches(_NAME)
    return isinstance(value, list) and all(named(one) for one in cast("list[object]", value))


_Check = tuple[str, Callable[[object], bool]]
_CHECKS: dict[str, _Check] = {
    "name": ("small letters, digits, dots and dashes", _matches(_NAME)),
    "aliases": ("a list of names in small letters", _are_names),
    "title": ("a text", _is_text),
    "repository": ("OWNER/REPO", _matches(_REPOSITORY)),
    "file": ("a file of the repository that ends on .gguf", _is_file),
    "revision": ("a branch or commit", _is_text),
    "size": ("bytes, a whole number", _is_count),
    "sha256": ("64 digits from 0 to f", _matches(_HASH)),
    "licence": ("a text", _is_text),
    "family": ("a text", _is_text),
    "profile": ('"small" or "large"', lambda value: value in ("small", "large")),
    "context": ("tokens, a whole number", _is_count),
    "thinks": ("true or false", lambda value: isinstance(value, bool)),
    "sampling": ("{ temperature, top_k, top_p, min_p } in their limits", _is_sampling),
    "sampling_without_thinking": (
        "{ temperature, top_k, top_p, min_p } in their limits",
        _is_sampling,
    ),
    "needs_gib": ("GiB, a number", lambda value: _is_number(value, 0, 10_000)),
    "note": ("a text", _is_text),
    "projector": ("{ repository, file } of the file that lets it see", _is_projector),
}
