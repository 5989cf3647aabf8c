"""The head of a definition, on one line."""

import re

from inhouse_tools.syntax.reading import read
from inhouse_tools.syntax.symbols import Symbol

MAX_SIGNATURE_CHARS = 200
MAX_HEAD_BYTES = 2000
NUMBER = re.compile(r"#\d+$")
COMMENT_SIGNS = (b"#", b"//", b"/*", b"--", b"(*", b"{-")
_OPENING = re.compile(r"([(\[])\s+")
_CLOSING = re.compile(r",?\s+([)\]])")
_ENDING = re.compile(r"[^,\\](?=\n)|[\s)](?=\{)|.(?=;)")
_HINT = re.compile(r',\s*(?:"[^"\n]*"\s*)+\)$')
_TRAILING = re.compile(r"(?:\s*(?:=>|[={:,;\\&|]|\b(?:do|where|is|as|end)\b))+$", re.IGNORECASE)


def signature(path: str, source: bytes, symbol: Symbol) -> str:
    """A definition of UTF-8 source without comments and body, at most 200 characters."""
    end = min(symbol.body_byte, symbol.core_byte + MAX_HEAD_BYTES)
    head = _uncommented(path, source[symbol.core_byte : end])
    text = head.decode("utf-8", "replace").strip()
    if symbol.body_byte == symbol.end_byte:
        text = _first_line(text)
    text = " ".join(text.split())
    text = _CLOSING.sub(r"\1", _OPENING.sub(r"\1", text))
    text = _TRAILING.sub("", text) or text
    if text.count(")") > text.count("("):
        # What a macro around the declaration says of it.
        text = _HINT.sub("", text)
    name = NUMBER.sub("", symbol.name).rpartition(".")[2]
    if name not in text.replace("`", ""):
        # The name stands behind the body, as in a typedef of C.
        text = f"{text} {name}"
    if len(text) > MAX_SIGNATURE_CHARS:
        text = text[: MAX_SIGNATURE_CHARS - 1].rstrip() + "…"
    return text


def _uncommented(path: str, head: bytes) -> bytes:
    """The head with spaces instead of comments; a part of a file is parsed well enough for it."""
    reading = read(path, head) if any(sign in head for sign in COMMENT_SIGNS) else None
    if reading is None:
        return head
    blank = bytearray(head)
    for start, end in reading.comments:
        if start:
            blank[start:end] = b" " * (end - start)
    return bytes(blank)


def _first_line(text: str) -> str:
    """The text up to the line's end, a semicolon or a block, outside of brackets."""
    depth = 0
    for index, char in enumerate(text):
        depth += (char in "([") - (char in ")]")
        if depth <= 0 and _ENDING.match(text, index):
            return text[: index + 1]
    return text
