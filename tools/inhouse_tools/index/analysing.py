"""From a file to the facts that an index keeps of its content."""

import contextlib
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from inhouse_tools import syntax
from inhouse_tools.index.facts import MAX_COUNT, Facts, KnownSymbol
from inhouse_tools.refusal import Refusal
from inhouse_tools.syntax.languages import MAX_SOURCE_BYTES
from inhouse_tools.text import decode

MAX_DATA_BYTES = 200_000
"""Larger files of data (JSON, YAML) have too many keys to be worth keeping."""
MAX_SYMBOLS = 20_000


@dataclass(frozen=True, slots=True)
class Read:
    """The bytes of a file and what the file system said of it when they were read."""

    raw: bytes
    facts: os.stat_result

    @property
    def sha256(self) -> bytes:
        """What names the content."""
        return hashlib.sha256(self.raw).digest()


def read_source(path: Path) -> Read | None:
    """A regular file of at most MAX_SOURCE_BYTES; None for any other, and for what is gone.

    A link is not followed: what it leads to is listed by its own name.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    with contextlib.suppress(OSError), os.fdopen(os.open(path, flags), "rb") as stream:
        facts = os.fstat(stream.fileno())
        if stat.S_ISREG(facts.st_mode) and facts.st_size <= MAX_SOURCE_BYTES:
            raw = stream.read(MAX_SOURCE_BYTES + 1)
            if len(raw) <= MAX_SOURCE_BYTES:
                return Read(raw, facts)
    return None


def analyse(path: str, raw: bytes, sha256: bytes) -> Facts:
    """The facts of a file's bytes; empty ones when they are no text, or too much data.

    The path must be of a known language.
    """
    language = syntax.language_of(path)
    if language is None:
        raise ValueError(f"{path} is in no known language")
    empty = Facts(sha256, language.name, language.family, language.data)
    document = decode(raw)
    if isinstance(document, Refusal) or (language.data and len(raw) > MAX_DATA_BYTES):
        return empty
    source = document.text.encode("utf-8", "replace")
    found = syntax.analyse(path, source)
    if found is None:
        return empty
    uses = {
        name: min(count, MAX_COUNT)
        for name, count in found.references.items()
        if name and "\n" not in name
    }
    return Facts(
        sha256=sha256,
        language=language.name,
        family=language.family,
        data=language.data,
        symbols=tuple(
            KnownSymbol(
                name=symbol.name,
                kind=symbol.kind,
                start_line=symbol.start_line,
                end_line=symbol.end_line,
                signature=syntax.signature(path, source, symbol),
            )
            for symbol in found.symbols[:MAX_SYMBOLS]
        ),
        names="\n".join(["", *uses, ""]),
        counts=bytes(uses.values()),
        imports=tuple(item.module.replace("\n", " ") for item in found.imports),
    )


def unreadable(path: str, sha256: bytes) -> Facts:
    """The facts of a content that no parser survives, so that it is not tried again."""
    language = syntax.language_of(path)
    if language is None:
        raise ValueError(f"{path} is in no known language")
    return Facts(sha256, language.name, language.family, language.data)
