"""What a call may name now: files that exist, and the symbols and texts of those that were read."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Final

from inhouse_models.chat import MOST_SOURCE_BYTES, Choices, Source
from inhouse_tools.documents.notebook_text import open_document
from inhouse_tools.places.listing import Listing, list_files
from inhouse_tools.refusal import Refusal
from inhouse_tools.syntax import errors, language_of, symbols
from inhouse_tools.tool import Workspace
from inhouse_tools.writing.files import digest

MAX_NAME_CHARS: Final = 120
MAX_PATH_CHOICES: Final = 2_000
MAX_SYMBOL_CHOICES: Final = 500
MAX_SYMBOL_FILE_BYTES: Final = 500_000
# The files that a large model has read last: one that it read long before is seldom changed.
MAX_SOURCES: Final = 40
PARSED_FILES: Final = 2 * MAX_SOURCES
SHORT_LINES: Final = 120


def names_of(listing: Listing) -> list[str]:
    """Files that fit in a line of text; names with control characters do not."""
    return [path for path in listing.files if path.isprintable() and len(path) <= MAX_NAME_CHARS]


def held_choices(workspace: Workspace) -> Choices:
    """Files that exist now, and the symbols of those that the model has read as they are now.

    Short files are written whole, which small models do far better than naming a symbol; so are
    data files, which have keys, not definitions.
    When there are too many files to offer, any path may be written: half of them would hide
    the rest.
    """
    listing = list_files(workspace.root, MAX_PATH_CHOICES)
    files = {path: _source_of(path, workspace) for path in workspace.seen}
    sources = _as_seen(files, workspace)
    named = {path: _symbols_of(path, source) for path, source in sources.items()}
    named = {path: names[:MAX_SYMBOL_CHOICES] for path, names in named.items() if names is not None}
    short = (path for path, source in sources.items() if source.count(b"\n") <= SHORT_LINES)
    whole = tuple(dict.fromkeys((*short, *(path for path in sources if path not in named))))
    known = () if listing.cut else tuple(dict.fromkeys((*names_of(listing), *_present(files))))
    fenced = tuple(path for path in whole if b"```" in sources[path])
    return Choices(known, tuple(sources), whole, fenced=fenced, symbols=named)


def free_choices(workspace: Workspace) -> Choices:
    """Files that exist now, what else can be read, and the symbols and texts of the files that
    the model has read last and as they are now.

    A file of which no more is known can be named as well: the tool says that it must be read.
    """
    recent = list(reversed(workspace.seen))[:MAX_SOURCES]
    files = {path: _source_of(path, workspace) for path in recent}
    sources = _as_seen(files, workspace)
    named = {path: _symbols_of(path, source) or () for path, source in sources.items()}
    known = _everywhere(workspace)
    return Choices(
        paths=tuple(dict.fromkeys((*known, *_present(files)))) if known else (),
        readable=(*_folders_of(known), *workspace.handles.names) if known else (),
        symbols={path: n for path, n in named.items() if 0 < len(n) <= MAX_SYMBOL_CHOICES},
        sources=tuple(_texts_of(sources)),
    )


def _everywhere(workspace: Workspace) -> list[str]:
    """The files below the root and in the further folders; none when they are too many."""
    known: list[str] = []
    for folder in (workspace.root, *workspace.extra):
        listing = list_files(folder, MAX_PATH_CHOICES)
        names = names_of(listing)
        known += names if folder == workspace.root else [f"{folder}/{name}" for name in names]
        if listing.cut or len(known) > MAX_PATH_CHOICES:
            return []
    return known


def _texts_of(files: Mapping[str, bytes]) -> Iterable[Source]:
    """As many of the files as an engine can hold an edit to."""
    room = MOST_SOURCE_BYTES
    for path, source in files.items():
        document = (
            open_document(path, source) if len(source) <= room else Refusal("It is too large.")
        )
        if not isinstance(document, Refusal):
            room -= len(source)
            yield Source.of(path, document.text)


def _folders_of(paths: Iterable[str]) -> list[str]:
    """The folders of the root that hold these files, itself as "."."""
    inside = (PurePosixPath(path) for path in paths if not path.startswith("/"))
    return sorted({folder.as_posix() for path in inside for folder in path.parents})


def _as_seen(files: Mapping[str, bytes | None], workspace: Workspace) -> dict[str, bytes]:
    """Those of the files that hold what the model has read."""
    return {
        path: source
        for path, source in files.items()
        if source is not None and digest(source) == workspace.seen[path]
    }


def _present(files: Mapping[str, bytes | None]) -> list[str]:
    return [path for path, source in files.items() if source is not None]


def _source_of(path: str, workspace: Workspace) -> bytes | None:
    """What a file holds now; None when it is gone or too large to be parsed."""
    file = workspace.root / path
    staged = workspace.overlay.find(file) if workspace.overlay else None
    try:
        raw = staged.after if staged else workspace.buffers.get(file) or _small(file)
    except OSError:
        return None
    return raw


def _small(file: Path) -> bytes | None:
    return None if file.stat().st_size > MAX_SYMBOL_FILE_BYTES else file.read_bytes()


@lru_cache(PARSED_FILES)
def _symbols_of(path: str, source: bytes) -> tuple[str, ...] | None:
    """The definitions of code; None for data and for a file that does not parse."""
    language = language_of(path)
    if language is None or language.data or errors(path, source):
        return None
    return tuple(symbol.name for symbol in symbols(path, source))
