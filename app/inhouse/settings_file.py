"""config.toml on disk: read with care, changed without losing comments or content."""

import os
import stat
import tomllib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from inhouse_tools.json_value import JsonValue
from inhouse_tools.writing.small_file import hold_file, replace_text

__all__ = [
    "FileProblem",
    "hold_file",
    "parse_value",
    "read_file",
    "replace_text",
    "write_value",
]

MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class FileProblem:
    """Why a settings file cannot be used; `ignorable` when going on without it is safe."""

    text: str
    ignorable: bool = False


def parse_value(text: str) -> JsonValue:
    """The TOML value that the text spells; None when it spells none."""
    try:
        return cast("JsonValue", tomllib.loads(f"value = {text}")["value"])
    except (ValueError, RecursionError):
        return None


def read_file(file: Path, owned: bool) -> Mapping[str, JsonValue] | FileProblem:
    """The nested tables of a file; empty when it does not exist.

    With `owned`, a file that someone else could have written is not obeyed.
    """
    try:
        facts = file.stat()
        if owned and (problem := _who_may_write(file, facts)):
            return FileProblem(problem, ignorable=True)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > MAX_BYTES:
            return FileProblem(f"{file} is not a regular file of at most 1 MB.")
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as problem:
        return FileProblem(f"{file} cannot be read: {problem.strerror}.")
    except (ValueError, RecursionError) as problem:
        return FileProblem(
            f"{file} is not valid TOML: {problem}. Nothing was changed; please fix it."
        )
    return cast("Mapping[str, JsonValue]", tables)


def _who_may_write(file: Path, facts: os.stat_result) -> str:
    if facts.st_uid not in (os.getuid(), 0):
        return f"{file} belongs to another user and is ignored."
    if facts.st_mode & stat.S_IWOTH:
        return f"{file} can be written by everyone and is ignored: chmod o-w {file}"
    return ""


def write_value(file: Path, name: str, value: JsonValue) -> FileProblem | None:
    """Set one dotted key, keeping comments and order; all or nothing."""
    try:
        with hold_file(file) as held:
            current = read_file(file, owned=False)
            if isinstance(current, FileProblem):
                return current
            text = file.read_text(encoding="utf-8") if file.exists() else ""
            changed = _change_text(text, name, value)
            if changed is None:
                return FileProblem(
                    f"{file} has no room for {name}: what it belongs to is no table."
                )
            held.replace(changed.encode())
    except OSError as problem:
        return FileProblem(f"{file} cannot be written: {problem.strerror}.")
    return None


def _change_text(text: str, name: str, value: JsonValue) -> str | None:
    """The TOML text with one key set; None when something else stands in the place of a table."""
    import tomlkit

    document = tomlkit.parse(text)
    table: MutableMapping[str, object] = document
    *parts, last = name.split(".")
    for part in parts:
        inner = table.setdefault(part, tomlkit.table())
        if not isinstance(inner, MutableMapping):
            return None
        table = cast("MutableMapping[str, object]", inner)
    table[last] = value
    return tomlkit.dumps(document)
