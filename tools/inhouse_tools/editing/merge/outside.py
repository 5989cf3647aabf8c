"""The lines of a file that stand outside its definitions, and what a new text leaves out."""

import re
from collections.abc import Iterable

from inhouse_tools import syntax
from inhouse_tools.editing.symbol_edit import CLASSES, NUMBER, SourceFile
from inhouse_tools.syntax import Symbol

FUNCTIONS = frozenset({"function", "method"})
_WORD = re.compile(r"\w")
_NAME = re.compile(r"(\w+)[^\w=:;({,]*(?:[=:;({,\[]|\Z)")


def outside_lines(file: SourceFile, covered: Iterable[Symbol]) -> list[str]:
    """Lines that do something and are in none of the covered symbols; imports are not counted."""
    lines = _masked(file, covered).decode("utf-8", "replace").split("\n")
    return [line.rstrip() for line in lines if _WORD.search(line) and line.strip() != "pass"]


def leaves(file: SourceFile) -> list[Symbol]:
    """The definitions that have no members of their own."""
    return [symbol for symbol in file.symbols if not is_container(symbol, file)]


def is_container(symbol: Symbol, file: SourceFile) -> bool:
    """Whether a symbol is a class, or an object with members."""
    return symbol.kind in CLASSES or (symbol.kind not in FUNCTIONS and any(inside(file, symbol)))


def inside(file: SourceFile, outer: Symbol) -> list[Symbol]:
    """The symbols of a file within another."""
    return [
        symbol
        for symbol in file.symbols
        if outer.core_byte < symbol.start_byte and symbol.end_byte <= outer.end_byte
    ]


def lost_symbols(before: SourceFile, among: Iterable[Symbol], after: SourceFile) -> list[str]:
    """Names that are not defined any more; what is inside functions may go."""
    functions = [symbol for symbol in before.symbols if symbol.kind in FUNCTIONS]
    local = {symbol.name for function in functions for symbol in inside(before, function)}
    stays = {symbol.name for symbol in after.symbols} | local
    return [symbol.name for symbol in among if symbol.name not in stays]


def body_names(file: SourceFile, container: Symbol) -> set[str]:
    """What the body of a class sets that is no symbol, such as the fields of a data class."""
    text = _masked(file, inside(file, container))[: container.end_byte]
    lines = text[text.rfind(b"\n", 0, container.core_byte) + 1 :].decode("utf-8", "replace")
    steps = [(len(line) - len(line.lstrip()), line.strip()) for line in lines.split("\n")]
    body = [(step, line) for step, line in steps[1:] if step > steps[0][0] and _WORD.search(line)]
    first = min((step for step, _line in body), default=0)
    found = [_NAME.search(line) for step, line in body if step == first and line != "pass"]
    return {name[1] for name in found if name}


def lost_parts(name: str, source: bytes, text: str) -> list[str]:
    """What a text leaves out of the file that it shall replace: definitions, or all that stands
    before the first of them or behind the last."""
    before, after = SourceFile.of(name, source), SourceFile.of(name, text.encode())
    lost = lost_symbols(before, before.symbols, after)
    if lost:
        return lost
    top = ["the lines at its top"] if _head(before) and not _head(after) else []
    return top + (["the lines at its end"] if _tail(before) and not _tail(after) else [])


def _head(file: SourceFile) -> bytes:
    first = min((symbol.start_byte for symbol in file.symbols), default=len(file.source))
    return file.source[:first].strip()


def _tail(file: SourceFile) -> bool:
    ends = [symbol.end_byte for symbol in file.symbols if symbol.kind != "constant"]
    rest = _masked(file, file.symbols)[max(ends) :] if ends else b""
    return bool(_WORD.search(rest.decode("utf-8", "replace")))


def base_name(symbol: Symbol) -> str:
    """The name without the number of a second one."""
    return NUMBER.sub("", symbol.name)


def _masked(file: SourceFile, covered: Iterable[Symbol]) -> bytes:
    """The source with spaces instead of the covered symbols, the imports and the comments."""
    stands = syntax.statements(file.name, file.source)
    masked = bytearray(file.source)
    spans = [(symbol.start_byte, symbol.end_byte) for symbol in covered]
    for start, end in (*spans, *stands.imports, *stands.words):
        masked[start:end] = re.sub(rb"[^\n]", b" ", masked[start:end])
    return bytes(masked)
