"""The one gate between untrusted text and a terminal."""

import unicodedata

# Controls (C0, C1, DEL), invisible format characters (bidi, zero width, tags), lone surrogates
# and line separators: they move cursors, reorder text or hide it.
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def sanitise(text: str) -> str:
    """Text for a terminal: newlines and tabs stay, every other control becomes a visible escape.

    "\\r\\n" counts as a newline. The result never holds a character of the categories Cc, Cf, Cs,
    Zl or Zp except "\\n" and "\\t", and sanitising twice changes nothing.
    """
    text = text.replace("\r\n", "\n")
    return "".join(
        char if char in "\n\t" or not _is_unsafe(char) else _visible(char) for char in text
    )


def sanitise_line(text: str) -> str:
    """Text for one line of a terminal: newlines and tabs become visible escapes, too."""
    return "".join(_visible(char) if _is_unsafe(char) else char for char in text)


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
