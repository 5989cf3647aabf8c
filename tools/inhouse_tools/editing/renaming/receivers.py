"""Which of several classes a method belongs to, where the text before its name says it.

For languages whose names are not followed: declarations of the same file are looked at as text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inhouse_tools import syntax
from inhouse_tools.editing.symbol_edit import NUMBER, last_part
from inhouse_tools.syntax import Symbol
from inhouse_tools.syntax.tree import Span
from inhouse_tools.writing.changes import Opened

_RECEIVER = re.compile(rb"(\w+)\s*(?:\?\.|!\.|\.|->|::)\s*\Z")
_BEHIND_SIGN = re.compile(rb"(?:\.|->|::)\s*\Z")
# A class that is derived from another may define what that one defines.
_DERIVED = re.compile(rb"\b(?:extends|implements|with|for)\b|:(?!:)|<\s*[A-Z]\w*\s*\Z")
_OWN = frozenset({b"this", b"self", b"Self", b"$this"})
_OPEN = frozenset({"interface", "trait"})


@dataclass(frozen=True, slots=True)
class _Owners:
    """The classes that define a method of one name, each by its last name."""

    names: frozenset[str]

    def of(self, opened: Opened, span: Span, symbols: Sequence[Symbol]) -> str | None:
        """The class whose method stands somewhere, None where nothing says it."""
        source, (start, end) = opened.source, span
        inner = _around(symbols, start)
        if inner is not None and _names(inner, source, start, end):
            return self._known(_container(inner.name))
        before = source[max(0, start - 200) : start]
        receiver = _RECEIVER.search(before)
        if receiver is None:
            within = None if _BEHIND_SIGN.search(before) else inner
            return self._known(_container(within.name)) if within else None
        name = receiver[1]
        if name in _OWN:
            return self._known(_container(inner.name)) if inner else None
        text = name.decode("utf-8", "replace")
        return text if text in self.names else self._declared(source, name)

    def _known(self, container: str) -> str | None:
        name = container.rpartition(".")[2]
        return name if name in self.names else None

    def _declared(self, source: bytes, variable: bytes) -> str | None:
        """The only class that a variable is declared with anywhere in its file."""
        found = [each for each in self.names if _declares(source, variable, each.encode())]
        return found[0] if len(found) == 1 else None


def _declares(source: bytes, variable: bytes, owner: bytes) -> bool:
    name, kind = re.escape(variable), re.escape(owner)
    forms = (
        rb"\b%b(?:<[^;(){}]*>)?[\s*&]+%b\b" % (kind, name),
        rb"\b%b\s*:\s*[&*]?\s*(?:mut\s+)?%b\b" % (name, kind),
        rb"\b%b\s*:?=\s*&?\s*(?:new\s+|await\s+)?%b\b" % (name, kind),
        rb"\b%b\s+\*?%b\b" % (name, kind),
    )
    return any(re.search(form, source) for form in forms)


def same_owner(files: Sequence[tuple[Opened, Sequence[Span]]], symbol: str) -> set[int] | None:
    """Indexes of the spans, counted over all files, that belong to a method's own class.

    None when one of them is not told, or when classes with the method may be kin.
    """
    container = _container(symbol)
    known = [(each, syntax.symbols(each.place.name, each.source)) for each, _spans in files]
    defining = [pair for each, symbols in known for pair in _defining(each, symbols, symbol)]
    names = frozenset(container.rpartition(".")[2] for container, _kin in defining)
    if not container or len(names) < 2 or any(kin for _container, kin in defining):
        return None
    owners = _Owners(names)
    own = container.rpartition(".")[2]
    chosen: set[int] = set()
    index = 0
    for (opened, spans), (_again, symbols) in zip(files, known, strict=True):
        for span in spans:
            owner = owners.of(opened, span, symbols)
            if owner is None:
                return None
            if owner == own:
                chosen.add(index)
            index += 1
    return chosen


def _defining(opened: Opened, symbols: Sequence[Symbol], wanted: str) -> Iterator[tuple[str, bool]]:
    """The containers that define the name, and whether each may be kin of another."""
    for symbol in symbols:
        if last_part(symbol.name) == last_part(wanted):
            container = _container(symbol.name)
            outer = next((each for each in symbols if each.name == container), None)
            head = opened.source[outer.core_byte : outer.body_byte] if outer else b""
            kin = not container or (outer is not None and outer.kind in _OPEN)
            yield container, kin or bool(_DERIVED.search(head))


def _container(name: str) -> str:
    return NUMBER.sub("", name).rpartition(".")[0]


def _around(symbols: Sequence[Symbol], start: int) -> Symbol | None:
    """The innermost member of a class around a byte."""
    around = [each for each in symbols if each.core_byte <= start < each.end_byte]
    inner = min(around, key=lambda each: each.end_byte - each.core_byte, default=None)
    return inner if inner and "." in inner.name else None


def _names(symbol: Symbol, source: bytes, start: int, end: int) -> bool:
    """Whether a span is the name in the head of a symbol."""
    same = source[start:end].decode("utf-8", "replace") == last_part(symbol.name)
    return same and symbol.core_byte <= start < symbol.body_byte
