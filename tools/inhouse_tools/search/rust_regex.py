r"""Python's regular expressions in the syntax of ripgrep, as far as both mean the same.

What only one of them knows has no translation: look-around, backreferences, possessive
quantifiers; nor has `\B`, which means another thing on empty lines. Signs that only ripgrep gives a
meaning (`\<`, braces, `&&` in a class) are escaped.
"""

import re

MAX_CHARACTERS = 4_000

_KEPT_ESCAPE = re.compile(r"\\(?:[dDwWsSntfva]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})")
_GROUP = re.compile(r"\(\?(?:[ims]+\)|[ims]*(?:-[ims]+)?:|P<[A-Za-z_]\w*>)|\((?!\?)")
_REPEAT = re.compile(r"\{(\d*)(,?)(\d*)\}")
_POSSESSIVE = re.compile(r"(?:[*+?]|\{\d*,?\d*\})\+")
_LETTER = re.compile(r"[0-9A-Za-z]")


def rust_regex(pattern: str) -> str | None:
    """The same expression for ripgrep, for one line at a time; None when there is none."""
    if len(pattern) > MAX_CHARACTERS or any(letter in pattern for letter in "\0\r\n"):
        return None
    try:
        pattern.encode()
    except UnicodeEncodeError:
        return None
    parts: list[str] = []
    index = 0
    while index < len(pattern):
        taken = _piece(pattern, index)
        if taken is None:
            return None
        part, index = taken
        parts.append(part)
    return "".join(parts)


def _piece(pattern: str, index: int) -> tuple[str, int] | None:
    """The translation of what stands at a place, and the place behind it."""
    letter = pattern[index]
    if letter == "\\":
        return ("\\b", index + 2) if pattern[index + 1] == "b" else _escape(pattern, index)
    if letter == "[":
        return _letter_class(pattern, index + 1)
    if letter == "(":
        group = _GROUP.match(pattern, index)
        return (group[0], group.end()) if group else None
    if letter in "*+?{" and _POSSESSIVE.match(pattern, index):
        return None
    if letter == "{":
        repeat = _REPEAT.match(pattern, index)
        if repeat is None or not (repeat[1] or repeat[2]):
            return "\\{", index + 1
        return f"{{{repeat[1] or 0}{repeat[2]}{repeat[3]}}}", repeat.end()
    return ("\\}" if letter == "}" else letter), index + 1


def _escape(pattern: str, index: int) -> tuple[str, int] | None:
    """A backslash and what belongs to it; None for backreferences and what Rust does not know."""
    kept = _KEPT_ESCAPE.match(pattern, index)
    if kept:
        return kept[0], kept.end()
    letter = pattern[index + 1]
    if _LETTER.match(letter):
        return None
    return (letter if letter in "<>" or not letter.isascii() else re.escape(letter)), index + 2


def _letter_class(pattern: str, index: int) -> tuple[str, int] | None:
    """A class whose `[` stands before `index`."""
    negated = pattern.startswith("^", index)
    parts = ["[^" if negated else "["]
    index += negated
    first = index
    while index == first or pattern[index] != "]":
        letter = pattern[index]
        if letter == "\\":
            escape = _escape(pattern, index)
            if escape is None:
                return None
            part, index = escape
        elif pattern.startswith("--", index):
            return None
        else:
            part, index = (f"\\{letter}" if letter in "[]&~^" else letter), index + 1
        parts.append(part)
    return "".join([*parts, "]"]), index + 1
