"""The files in which a name stands, found by their bytes before anything is decoded."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from inhouse_tools import syntax
from inhouse_tools.places.listing import list_files
from inhouse_tools.places.paths import place_of
from inhouse_tools.text import BOMS
from inhouse_tools.tool import Workspace
from inhouse_tools.writing.changes import Opened, open_place
from inhouse_tools.writing.files import MAX_BYTES

DOCUMENTS = (".md", ".rst", ".txt", ".adoc")
SETTINGS = (".toml", ".cfg", ".ini", ".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Candidates:
    """Files that hold a name: code of one family, the symbol's own file first, and documents.

    `files` are the paths of the whole project.
    """

    code: tuple[Opened, ...]
    documents: tuple[Opened, ...]
    files: frozenset[str]


def word_of(name: str) -> re.Pattern[str]:
    """A name that stands alone. The letters come first, since those are searched for quickly."""
    letters = re.escape(name)
    return re.compile(rf"{letters}(?!\w)(?<!\w{letters})")


def find_candidates(opened: Opened, name: str, family: str, workspace: Workspace) -> Candidates:
    """The files of a family that hold a name, and the documents and settings that do."""
    code: list[Opened] = [opened]
    documents: list[Opened] = []
    word = word_of(name)
    files = (*list_files(workspace.root).files, *_made(workspace))
    for path in files:
        written = path.lower().endswith(DOCUMENTS + SETTINGS)
        language = None if written else syntax.language_of(path)
        if not written and (language is None or language.family != family):
            continue
        found = _holding(workspace.root / path, name, word, workspace)
        if found is not None and found.place.path != opened.place.path:
            (documents if written else code).append(found)
    return Candidates(tuple(code), tuple(documents), frozenset(files))


def _holding(path: Path, name: str, word: re.Pattern[str], workspace: Workspace) -> Opened | None:
    if path.is_symlink():
        return None
    staged = workspace.overlay.find(path) if workspace.overlay else None
    if staged is None and not _may_hold(path, name):
        return None
    opened = open_place(place_of(path, workspace), workspace)
    found = isinstance(opened, Opened) and word.search(opened.document.text)
    return opened if isinstance(opened, Opened) and found else None


def _made(workspace: Workspace) -> Iterator[str]:
    """Files below the root that are not on the disk yet."""
    for file in workspace.overlay.changes if workspace.overlay else ():
        if file.before is None and file.base == workspace.root:
            yield file.name


def _may_hold(path: Path, name: str) -> bool:
    """Whether a file can hold a name, seen from its bytes: most are not worth decoding."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return False
        raw = path.read_bytes()
    except OSError:
        return False
    plain = name.isascii() and not any(raw.startswith(mark) for mark, _codec in BOMS[1:])
    if not plain or name.encode() not in raw:
        return not plain
    letters = re.escape(name).encode()
    return re.search(rb"%b(?!\w)(?<!\w%b)" % (letters, letters), raw) is not None
