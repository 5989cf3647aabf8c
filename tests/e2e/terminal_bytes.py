"""What a program has written to its terminal, taken apart: text and control sequences."""

import base64
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# Control strings first: an unfinished one swallows the rest, as it would in a terminal.
SEQUENCE: Final = re.compile(
    r"(?P<string>(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])(?:[^\x07\x1b\x9c]|\x1b(?!\\))*"
    r"(?:\x07|\x1b\\|\x9c|\Z))"
    r"|(?P<csi>(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?)"
    r"|(?P<escape>\x1b[ -/]*[0-~]?)",
    re.DOTALL,
)
# What moves the cursor within a line is written between texts, never in one.
LAYOUT: Final = frozenset("\r\n")
UNSAFE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@dataclass(frozen=True)
class Written:
    """The kinds of sequences, with the control strings whole, and odd characters of the text."""

    kinds: frozenset[str]
    odd: frozenset[str]


def take_apart(raw: bytes) -> Written:
    """Bytes as a terminal reads them that speaks UTF-8."""
    text = raw.decode("utf-8", "surrogateescape")
    kinds = frozenset(kind_of(match) for match in SEQUENCE.finditer(text))
    rest = SEQUENCE.sub("", text)
    odd = {one for one in rest if unicodedata.category(one) in UNSAFE and one not in LAYOUT}
    return Written(kinds, frozenset(repr(one) for one in odd))


def kind_of(match: re.Match[str]) -> str:
    """A sequence without its numbers, unless it is a control string or C1."""
    text = match[0]
    if (copied := copied_text(text)) is not None:
        odd = {one for one in copied if unicodedata.category(one) in UNSAFE} - {"\n", "\t"}
        return f"copy with {sorted(odd)}" if odd else "copy"
    if match.lastgroup == "csi" and text.startswith("\x1b["):
        return re.sub(r"\d+(?:[;:]\d*)*", lambda found: _numbers(found[0], text), text)
    return text


def copied_text(sequence: str) -> str | None:
    """What a sequence puts on the clipboard as Textual writes it; None for any other."""
    found = re.fullmatch(r"\x1b\]52;c;([A-Za-z0-9+/]+={0,2})\x07", sequence)
    if found is None:
        return None
    try:
        return base64.b64decode(found[1], validate=True).decode()
    except ValueError:
        return None


def _numbers(found: str, sequence: str) -> str:
    """Numbers count as such; what switches a mode is a kind of its own."""
    if sequence[-1] in "hl":
        return found
    return "N" if all(len(one) < 5 for one in re.split("[;:]", found)) else found


def differences(harmless: bytes, hostile: bytes) -> Iterator[str]:
    """What a program wrote only when it was given hostile texts."""
    plain, played = take_apart(harmless), take_apart(hostile)
    yield from sorted(repr(one) for one in played.kinds - plain.kinds)
    yield from sorted(played.odd - plain.odd)
