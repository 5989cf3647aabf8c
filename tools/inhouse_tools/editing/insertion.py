"""Putting new code behind a named function or class."""

from inhouse_tools.editing.symbol_edit import (
    BOUND,
    CLASSES,
    Edited,
    SourceFile,
    dedented,
    indented,
    unfenced,
    with_member,
)
from inhouse_tools.refusal import Refusal
from inhouse_tools.syntax import Symbol

# What may stand on the last line of a definition behind its end.
_CLOSING = frozenset(";,)}")
_ENDS = (b"}", b")", b"]", b"end", b"<")
_ONE_LINE = frozenset({"constant", "key", "variable", "field"})
MOST_NAMES = 20


def insert_after(file: SourceFile, name: str, content: str) -> Edited | Refusal:
    """The source with content behind a symbol, at its indentation and with the usual distance.

    Methods behind the name of a class become its last ones.
    """
    code = unfenced(content)
    if not code.strip():
        return Refusal("content is empty. Give the code to insert.")
    anchor = file.find(name) or _only_member(file, name)
    if anchor is None:
        names = ", ".join(symbol.name for symbol in file.symbols[:MOST_NAMES])
        known = f" Its symbols are {names}." if names else ""
        return Refusal(f"There is no symbol {name} in {file.name}.{known}")
    if anchor.kind in CLASSES and BOUND.match(code):
        members = [known for known in file.symbols if known.name.startswith(f"{anchor.name}.")]
        source = with_member(file, anchor, members, code)
        return Edited(source, f"Added to {anchor.name} in {file.name}.")
    at = _end_of(file, anchor)
    new = SourceFile.of(file.name, dedented(code).encode())
    loose = anchor.kind not in _ONE_LINE or any(
        known.kind not in _ONE_LINE for known in new.symbols
    )
    gap = _gap(file, anchor) if loose else b"\n"
    fitted = indented(file, code, file.indent_of(anchor)).encode()
    before, after = file.source[:at], file.source[at:]
    rest = after.lstrip()
    if rest and not rest.startswith(_ENDS) and not after.startswith(gap):
        after = gap + after.lstrip(b"\n")
    line = (before + gap).count(b"\n") + 1
    said = f"Inserted behind {anchor.name} in {file.name}, at line {line}."
    return Edited(before + gap + fitted + after, said)


def _only_member(file: SourceFile, name: str) -> Symbol | None:
    """The one symbol whose last part is the name."""
    found = [symbol for symbol in file.symbols if symbol.name.endswith(f".{name}")]
    return found[0] if len(found) == 1 else None


def _end_of(file: SourceFile, anchor: Symbol) -> int:
    """The end of a symbol's last line, unless more code stands there."""
    end = file.source.find(b"\n", anchor.end_byte)
    end = len(file.source) if end < 0 else end
    rest = file.source[anchor.end_byte : end].decode("utf-8", "replace").strip()
    behind = rest.lstrip("".join(_CLOSING)).lstrip()
    alone = not behind or behind.startswith(("#", "//", "--"))
    return end if alone else anchor.end_byte


def _gap(file: SourceFile, anchor: Symbol) -> bytes:
    """The line ends between two definitions."""
    top = file.indent_of(anchor) == ""
    return b"\n\n\n" if top and file.name.endswith((".py", ".pyi")) else b"\n\n"
