"""One folder of a project, as far as the search for checks looks at it."""

import configparser
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from inhouse_tools.refusal import Refusal
from inhouse_tools.writing.files import read_file

MAX_BYTES: Final = 1_000_000
READ: Final = frozenset(
    {
        *("pyproject.toml", "setup.cfg", "tox.ini", "package.json", "composer.json", "mix.exs"),
        *("GNUmakefile", "makefile", "Makefile", "justfile", "Justfile", ".justfile"),
    }
)
Table = dict[str, object]


@dataclass(frozen=True, slots=True)
class Folder:
    """`name` is relative to the root, "" for the root; `entries` are the names in it."""

    root: Path
    name: str
    entries: frozenset[str]

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.root / self.name

    @property
    def bytes_to_read(self) -> int:
        """How large the files are that are read to find checks; those too large are not read."""
        total = 0
        for name in READ & self.entries:
            try:
                size = (self.path / name).stat().st_size
            except OSError:
                continue
            total += size if size <= MAX_BYTES else 0
        return total

    def text(self, name: str) -> str:
        """The text of a file in it, "" when there is none that can be read."""
        if name not in self.entries:
            return ""
        content = read_file(self.path / name, name, MAX_BYTES)
        return "" if isinstance(content, Refusal) else content.raw.decode("utf-8", "replace")

    def toml(self, name: str) -> Table:
        """The tables of a TOML file; a broken one names nothing."""
        try:
            return tomllib.loads(self.text(name))
        except (tomllib.TOMLDecodeError, RecursionError):
            return {}

    def json(self, name: str) -> Table:
        """The object of a JSON file; a broken one names nothing."""
        try:
            return as_table(json.loads(self.text(name) or "{}"))
        except (ValueError, RecursionError):
            return {}

    def sections(self, name: str) -> tuple[str, ...]:
        """The names of the sections of an INI file."""
        parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
        try:
            parser.read_string(self.text(name))
        except configparser.Error:
            return ()
        return tuple(parser.sections())

    def first(self, *names: str) -> str:
        """The first of these names that is there, or ""."""
        return next((name for name in names if name in self.entries), "")


def as_table(value: object) -> Table:
    """The value when it is a table, else an empty one."""
    return cast("Table", value) if isinstance(value, dict) else {}


def inner(table: Table, *names: str) -> Table:
    """The table inside a table, empty when it is missing or something else."""
    for name in names:
        table = as_table(table.get(name))
    return table


def strings(value: object) -> Iterator[str]:
    """Every text in lists and tables of lists, whatever their depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in cast("list[object]", value):
            yield from strings(one)
    elif isinstance(value, dict):
        for one in cast("Table", value).values():
            yield from strings(one)
