"""Putting one definition, written without the file around it, where it belongs in the file."""

import re

from inhouse_tools.editing.symbol_edit import Edited, SourceFile, last_part, put
from inhouse_tools.refusal import Refusal
from inhouse_tools.syntax import Symbol

ELISION = re.compile(
    r"(?:#|//|/\*|\*)[\W_]*?(?:\.\.\.|…|unchanged\b|same as before|"
    r"(?:the\s+)?(?:existing|other|remaining|rest of)\s+(?:the\s+)?"
    r"(?:code|class|file|function|implementation|method)s?\b)",
    re.IGNORECASE,
)
"""A comment that stands for code which was not written again."""
_STUB = re.compile(r":\s*\.\.\.\s*\Z")


def place(
    unit: Symbol, part: SourceFile, file: SourceFile, name: str, below: str
) -> Edited | Refusal:
    """The file with a unit of the part under its name there.

    What is new at the top level goes above `below`, the next symbol of the part that the file
    has: it may be used there as a decorator or a base. The body "..." replaces nothing.
    """
    code = _code_of(unit, part)
    own = file.find(name)
    stands = file.text_of(own) if own else ""
    if stands and (code == stands or (_STUB.search(code) and not _STUB.search(stands))):
        return Edited(file.source, "")
    if own is None and "." not in name and not part.indent_of(unit):
        following = file.find(below)
        if unit.kind == "constant":
            following = _first(file) if _is_early(unit, part, file) else None
        if following and _stands_at_left(following, file):
            return Edited(_above(file, following, code), "")
    return put(file, name, code)


def _code_of(unit: Symbol, part: SourceFile) -> str:
    """The code without a comment above it that says what was left out there."""
    code = part.text_of(unit)
    comment = part.source[unit.start_byte : unit.outer_byte].decode("utf-8", "replace")
    elided = any(ELISION.match(line.strip()) for line in comment.split("\n"))
    return code[code.index(comment) + len(comment) :] if elided else code


def _is_early(constant: Symbol, part: SourceFile, file: SourceFile) -> bool:
    """Whether a new constant stands above all definitions and uses none of them."""
    code = part.text_of(constant)
    above = [symbol for symbol in part.symbols if symbol.start_byte < constant.start_byte]
    defined = [symbol for symbol in file.symbols if symbol.kind != "constant"]
    used = any(re.search(rf"\b{re.escape(last_part(own.name))}\b", code) for own in defined)
    return not used and all(symbol.kind == "constant" for symbol in above)


def _first(file: SourceFile) -> Symbol | None:
    """The first definition that is not a constant nor in a block."""
    defined = [symbol for symbol in file.symbols if symbol.kind != "constant"]
    return next((symbol for symbol in defined if _stands_at_left(symbol, file)), None)


def _stands_at_left(symbol: Symbol, file: SourceFile) -> bool:
    return symbol.start_byte == 0 or file.source[symbol.start_byte - 1 : symbol.start_byte] == b"\n"


def _above(file: SourceFile, symbol: Symbol, code: str) -> bytes:
    """The source with code above a symbol, as far from it as is what stands there now."""
    before = file.source[: symbol.start_byte].rstrip()
    gap = file.source[len(before) : symbol.start_byte] or b"\n\n"
    rest = file.source[symbol.start_byte :]
    return (before + gap if before else b"") + code.encode() + gap + rest
