"""Lines of terminal output: colours become styles of the theme, all other escapes harmless."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from textual.content import Content

from inhouse.tui.wrapping import safe_line

# A control sequence holds numbers only: left out, it hides no text.
_SEQUENCE: Final = re.compile(r"\x1b\[([0-?]{0,64})[ -/]{0,8}([@-~])")
_COLOURS: Final[Mapping[int, str]] = {
    0: "$text-muted",
    1: "$text-error",
    2: "$text-success",
    3: "$text-warning",
    4: "$text-primary",
    5: "$text-accent",
    6: "$text-primary",
    7: "",
}
_ON: Final[Mapping[int, str]] = {1: "bold", 2: "dim", 3: "italic", 4: "underline"}
_OFF: Final[Mapping[int, tuple[str, ...]]] = {
    22: ("bold", "dim"),
    23: ("italic",),
    24: ("underline",),
}


@dataclass(frozen=True, slots=True)
class Look:
    """How text looks from here on. Backgrounds, blinking and hidden text are not obeyed, so that
    no text can be made invisible."""

    colour: str = ""
    manners: frozenset[str] = frozenset()

    @property
    def style(self) -> str:
        """The style of this text."""
        return " ".join([*sorted(self.manners), self.colour]).strip()

    def after(self, parameters: str) -> "Look":
        """The look after a sequence `ESC [ parameters m`."""
        codes = [int(code) if code.isdecimal() else 0 for code in re.split("[;:]", parameters)]
        look = self
        while codes:
            code = codes.pop(0)
            if code in {38, 48, 58}:
                colour = _take_colour(codes)
                look = replace(look, colour=colour) if code == 38 else look
            elif code == 0:
                look = Look()
            elif code in _ON:
                look = replace(look, manners=look.manners | {_ON[code]})
            elif code in _OFF:
                look = replace(look, manners=look.manners - {*_OFF[code]})
            elif 30 <= code <= 37 or 90 <= code <= 97:
                look = replace(look, colour=_COLOURS[code % 10])
            elif code == 39:
                look = replace(look, colour="")
        return look


def _take_colour(codes: list[int]) -> str:
    """Take what follows 38 off the codes; of many colours only the first 16 have a counterpart."""
    if codes[:1] == [5] and len(codes) > 1:
        number = codes[1]
        del codes[:2]
        return _COLOURS[number % 8] if number < 16 else ""
    del codes[: 4 if codes[:1] == [2] else 1]
    return ""


PLAIN: Final = Look()


def coloured_line(raw: str, look: Look = PLAIN) -> Content:
    """One line as it may be shown, beginning with this look."""
    if "\x1b[" not in raw:
        return Content.styled(safe_line(raw), look.style)
    parts: list[Content] = []
    at = 0
    for match in _SEQUENCE.finditer(raw):
        parts.append(Content.styled(safe_line(raw[at : match.start()]), look.style))
        at = match.end()
        if match[2] == "m":
            look = look.after(match[1])
    parts.append(Content.styled(safe_line(raw[at:]), look.style))
    return Content("").join(parts)


def look_after(raw: str, look: Look) -> Look:
    """The look at the end of a line that begins with this one."""
    if "\x1b[" in raw:
        for match in _SEQUENCE.finditer(raw):
            if match[2] == "m":
                look = look.after(match[1])
    return look


def plain_line(raw: str) -> str:
    """A line without colours and other sequences; what is not printable in it stays."""
    return _SEQUENCE.sub("", raw) if "\x1b[" in raw else raw


def overwritten(line: str) -> str:
    """What stays of a line in which carriage returns and backspaces move the cursor back."""
    if "\r" in line:
        line = line.rstrip("\r").rpartition("\r")[2]
    if "\b" not in line:
        return line
    kept: list[str] = []
    for letter in line:
        if letter != "\b":
            kept.append(letter)
        elif kept:
            kept.pop()
    return "".join(kept)
