"""The one gate between untrusted text and a terminal."""

import unicodedata
from typing import NewType, TextIO

SafeText = NewType("SafeText", str)
"""Text without controls, as only this module makes it, and parts of such text."""

# Controls (C0, C1, DEL), invisible format characters (bidi, zero width, tags), lone surrogates
# and line separators: they move cursors, reorder text or hide it.
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def sanitise(text: str) -> SafeText:
    """Text for a terminal: newlines and tabs stay, every other control becomes a visible escape.

    "\\r\\n" counts as a newline. The result never holds a character of the categories Cc, Cf, Cs,
    Zl or Zp except "\\n" and "\\t", and sanitising twice changes nothing.
    """
    text = text.replace("\r\n", "\n")
    return SafeText(
        "".join(char if char in "\n\t" or not _is_unsafe(char) else _visible(char) for char in text)
    )


def sanitise_for(out: TextIO, text: str) -> SafeText:
    """Text for a stream: a pipe gets its very characters, a terminal gets them made safe."""
    return sanitise(text) if out.isatty() else SafeText(text)


def sanitise_line(text: str) -> SafeText:
    """Text for one line of a terminal: newlines and tabs become visible escapes, too."""
    return SafeText("".join(_visible(char) if _is_unsafe(char) else char for char in text))


def strip_unsafe(text: str, kept: str = "\n\t") -> SafeText:
    """Text without its controls and invisible characters, for where escapes would be wrong.

    "\r\n" counts as a newline. `kept` are controls that stay.
    """
    text = text.replace("\r\n", "\n")
    return SafeText("".join(char for char in text if char in kept or not _is_unsafe(char)))


def escape_json(encoded: str) -> str:
    """JSON text in which unsafe characters are JSON escapes; it decodes to the same value."""
    return "".join(
        char if char == "\n" or not _is_unsafe(char) else _json_escape(char) for char in encoded
    )


def _is_unsafe(char: str) -> bool:
    return not char.isprintable() and unicodedata.category(char) in _UNSAFE_CATEGORIES


def _visible(char: str) -> str:
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char)
    if named:
        return named
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _json_escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
