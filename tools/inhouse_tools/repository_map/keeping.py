"""The graph of an index: made once, and kept in the index for other processes."""

import gc
import hashlib
import marshal
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from inhouse_tools import repository_map
from inhouse_tools.index.edition import checksum_of
from inhouse_tools.index.repository_index import RepositoryIndex
from inhouse_tools.repository_map.content import Content, content_of
from inhouse_tools.repository_map.graph import Graph, build_graph

NAME = "repository map"
MAX_FILES = 20_000
"""Of more files the graph would take as long to read as to make."""
MANY = 10
"""After so many new contents it is written down again: that takes a part of a second."""
DIGEST_BYTES = 16


@dataclass(slots=True)
class _Kept:
    """What was made last for an index, and what it was made from: ids of contents by path."""

    version: tuple[int, int, int]
    files: Mapping[str, int]
    contents: dict[int, Content]
    graph: Graph


_kept: WeakKeyDictionary[RepositoryIndex, _Kept] = WeakKeyDictionary()


def graph_of(index: RepositoryIndex) -> Graph:
    """The graph of an index as it is; of a changed index only new facts are read."""
    version = index.version()
    kept = _kept.get(index)
    if kept is not None and kept.version == version:
        return kept.graph
    with _undisturbed():
        files = index.files()
        # In another database the same ids mean other contents.
        if kept is None or kept.version[0] != version[0]:
            kept = _read(index)
        if kept is None or kept.files != files:
            kept = _make(index, files, kept)
    kept.version = index.version()
    _kept[index] = kept
    return kept.graph


def _make(index: RepositoryIndex, files: Mapping[str, int], before: _Kept | None) -> _Kept:
    known = before.contents if before else {}
    new = [one for one in dict.fromkeys(files.values()) if one not in known]
    loaded = {one: content_of(facts) for one, facts in index.facts(new).items()}
    # What was deleted by another program between two looks is left out until the next one.
    contents = {
        one: known.get(one) or loaded[one]
        for one in dict.fromkeys(files.values())
        if one in known or one in loaded
    }
    present = {path: contents[one] for path, one in files.items() if one in contents}
    graph = build_graph(present, before.graph if before else None)
    made = _Kept(index.version(), files, contents, graph)
    if len(files) <= MAX_FILES and (before is None or len(loaded) >= MANY):
        index.keep(NAME, _written(made))
    return made


def _written(made: _Kept) -> bytes:
    graph = made.graph
    contents = {one: content.plain() for one, content in made.contents.items()}
    lines = graph.imported, graph.names, graph.uses, graph.incoming, graph.passed
    whole: Any = dict(made.files), contents, lines
    text = marshal.dumps(whole)
    return _digest(text) + text


def _read(index: RepositoryIndex) -> _Kept | None:
    """What another process has written; None when there is nothing, or it is not to be trusted."""
    value = index.kept(NAME)
    text = memoryview(value)[DIGEST_BYTES:]
    if not value or value[:DIGEST_BYTES] != _digest(text):
        return None
    files, plain, lines = marshal.loads(text)  # noqa: S302 - our own, by its digest
    contents = {one: Content(*fields) for one, fields in plain.items()}
    paths = tuple(sorted(path for path, one in files.items() if one in contents))
    graph = Graph(paths, tuple(contents[files[path]] for path in paths), *lines)
    return _Kept((0, 0, 0), files, contents, graph)


def _digest(text: bytes | memoryview) -> bytes:
    """What only this code on this Python writes before a text."""
    code = (
        f"{checksum_of(*repository_map.__path__)} {sys.implementation.cache_tag} {marshal.version}"
    )
    return hashlib.blake2b(text, digest_size=DIGEST_BYTES, key=code.encode()).digest()


@contextmanager
def _undisturbed() -> Generator[None]:
    """Without garbage collection: it would look through all that is made, again and again, and
    find nothing to throw away."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
