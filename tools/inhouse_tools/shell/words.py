"""One word of a command line: what the shell makes of its quotes, as far as that is known."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

METACHARACTERS: Final = frozenset(" \t\n;&|<>()")
VARIABLE: Final = re.compile(r"\$(?:(?P<name>[A-Za-z_]\w*)|[0-9@*#?$!_-])")
BRACED_NAME: Final = re.compile(r"\$\{(?P<name>[A-Za-z_]\w*)\}")
ANSI_SINGLE: Final = {
    "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t",
    "v": "\v", "\\": "\\", "'": "'", '"': '"', "?": "?",
}  # fmt: skip
ANSI_NUMBER: Final = re.compile(
    r"\\(?:(?P<octal>[0-7]{1,3})|x(?P<x>[0-9A-Fa-f]{1,2})|u(?P<u>[0-9A-Fa-f]{1,4})"
    r"|U(?P<U>[0-9A-Fa-f]{1,8}))"
)


@dataclass(frozen=True, slots=True)
class Word:
    """`text` is what the program gets; what is not `known` before it runs stands as written.

    `pattern`: unquoted `*`, `?` or `[` stand for names of files. `home`: it begins with an
    unquoted `~`. `bare`: nothing in it is quoted or escaped. `strange`: it is written in a way
    that hides what it says, such as `cu''rl` or `$'\\x63url'`. `expanded`: a variable with a known
    value stands in it.
    """

    raw: str
    text: str
    known: bool = True
    pattern: bool = False
    home: bool = False
    bare: bool = True
    strange: bool = False
    expanded: bool = False


@dataclass(slots=True)
class _Reading:
    """A word on its way; `holes` are the spans of what the grammar found to be expansions."""

    raw: str
    holes: Mapping[int, int]
    values: Mapping[str, str]
    at: int = 0
    text: list[str] = field(default_factory=list[str])
    known: bool = True
    pattern: bool = False
    bare: bool = True
    strange: bool = False
    expanded: bool = False
    brace: bool = False
    fits: bool = True

    def take_unknown(self, end: int) -> None:
        self.text.append(self.raw[self.at : end])
        self.known = False
        self.at = end

    def take_dollar(self, *, quoted: bool) -> None:
        """`$` and what follows it."""
        raw, at = self.raw, self.at
        if at in self.holes:
            match = BRACED_NAME.fullmatch(raw, at, self.holes[at])
            if match and match["name"] in self.values:
                self._take_value(match)
            else:
                self.take_unknown(self.holes[at])
            return
        after = raw[at + 1 : at + 2]
        if not quoted and after in ("'", '"'):
            self.strange = True
            if after == "'":
                self._take_ansi()
            else:
                self.at += 1
            return
        match = VARIABLE.match(raw, at)
        if match is None:
            self.fits = after not in ("{", "(", "[")
            self.text.append("$")
            self.at += 1
        elif match["name"] in self.values:
            self._take_value(match)
        else:
            self.take_unknown(match.end())

    def _take_value(self, match: re.Match[str]) -> None:
        self.text.append(self.values[match["name"]])
        self.expanded = True
        self.at = match.end()

    def _take_ansi(self) -> None:
        """`$'…'`."""
        self.bare = False
        at = self.at + 2
        raw = self.raw
        while at < len(raw) and raw[at] != "'":
            if raw[at] != "\\":
                self.text.append(raw[at])
                at += 1
                continue
            number = ANSI_NUMBER.match(raw, at)
            letter = raw[at + 1 : at + 2]
            if number is not None:
                self.text.append(_letter(number))
                at = number.end()
            elif letter in ANSI_SINGLE:
                self.text.append(ANSI_SINGLE[letter])
                at += 2
            else:
                # Control characters and what else there may be: nobody writes them in good faith.
                self.known = False
                at += 2
        self.fits = self.fits and at < len(raw)
        self.at = at + 1

    def take_double(self) -> None:
        """`"…"`."""
        self.bare = False
        self.at += 1
        raw = self.raw
        while self.fits and self.at < len(raw) and raw[self.at] != '"':
            letter = raw[self.at]
            if letter == "\\" and raw[self.at + 1 : self.at + 2] in ("$", "`", '"', "\\"):
                self.text.append(raw[self.at + 1])
                self.at += 2
            elif letter == "\\" and raw[self.at + 1 : self.at + 2] == "\n":
                self.strange = True
                self.at += 2
            elif letter == "$":
                self.take_dollar(quoted=True)
            elif letter == "`":
                self._take_hole()
            else:
                self.text.append(letter)
                self.at += 1
        self.fits = self.fits and self.at < len(raw)
        self.at += 1

    def take_bare(self) -> None:
        """Anything outside of quotes."""
        raw, letter = self.raw, self.raw[self.at]
        if self.at in self.holes and letter in "<>":
            self.take_unknown(self.holes[self.at])
        elif letter == "\\":
            escaped = raw[self.at + 1 : self.at + 2]
            self.fits = bool(escaped) and escaped != "\n"
            self.strange = self.strange or escaped.isalnum()
            self.bare = False
            self.text.append(escaped)
            self.at += 2
        elif letter == "'":
            end = raw.find("'", self.at + 1)
            self.fits = end >= 0
            self.bare = False
            self.text.append(raw[self.at + 1 : end])
            self.at = end + 1
        elif letter == '"':
            self.take_double()
        elif letter == "$":
            self.take_dollar(quoted=False)
        elif letter == "`":
            self._take_hole()
        else:
            self.fits = letter not in METACHARACTERS
            self.pattern = self.pattern or letter in "*?["
            self.brace = self.brace or letter == "{"
            self.text.append(letter)
            self.at += 1

    def _take_hole(self) -> None:
        if self.at in self.holes:
            self.take_unknown(self.holes[self.at])
        else:
            self.fits = False


def _letter(number: re.Match[str]) -> str:
    value = int(number["octal"], 8) if number["octal"] else int(number[number.lastgroup or 0], 16)
    return chr(value) if 0 < value <= 0x10FFFF and not 0xD800 <= value <= 0xDFFF else "\ufffd"


def read_word(raw: str, holes: Mapping[int, int], values: Mapping[str, str]) -> Word | None:
    """What a word means; None when it is not one word as bash reads it.

    `holes` maps the start of each expansion within the word to its end, as the grammar found it;
    `values` are variables whose value is known. This reading is our own: where it and the grammar
    do not agree on where a word ends, nothing is understood.
    """
    reading = _Reading(raw, holes, values)
    while reading.fits and reading.at < len(raw):
        reading.take_bare()
    if not reading.fits or not raw:
        return None
    quoted_whole = raw[0] == raw[-1] and raw[0] in "'\"" and raw.count(raw[0]) == 2
    braces = reading.brace and ("," in raw or ".." in raw)
    return Word(
        raw,
        "".join(reading.text),
        known=reading.known and not braces,
        pattern=reading.pattern,
        home=raw.startswith("~"),
        bare=reading.bare,
        strange=reading.strange or (not reading.bare and not quoted_whole and _plain(reading)),
        expanded=reading.expanded,
    )


def _plain(reading: _Reading) -> bool:
    """Whether quotes were not needed for what the word says."""
    return re.fullmatch(r"[\w./+-]*", "".join(reading.text)) is not None


def known_values(root: str) -> dict[str, str]:
    """The variables whose value does not depend on the command."""
    home = os.environ.get("HOME", "")
    return {"HOME": home, "PWD": root} if home else {"PWD": root}
