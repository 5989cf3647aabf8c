"""What a text that is not in a file most likely meant, and in what the two differ."""

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

MOST_COMPARED_LINES: Final = 20_000
MOST_SHOWN_LINES: Final = 12
MOST_SHOWN_CHARACTERS: Final = 160
# A line of the text must be this much like one of the file to be taken for it.
LEAST_LIKENESS: Final = 0.5
_ELISION: Final = re.compile(r"\s*(?:#|//|/\*|--|<!--)?\s*(?:\.{3}|…)[^\n]*\Z")
_ESCAPED: Final = {r"\n": "\n", r"\t": "\t", r"\"": '"', r"\'": "'", r"\\": "\\"}
_ESCAPE: Final = re.compile(r"\\[nt\"'\\]")
_STRAIGHT_QUOTES: Final = "\"'`"
_QUOTES: Final = (
    _STRAIGHT_QUOTES
    + "\u00b4\u2018\u2019\u201a\u201b\u2032\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"
)
_DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2212"
_SPACES: Final = "\u00a0\u2007\u202f"
_STRAIGHT: Final = str.maketrans(
    {
        **dict.fromkeys(_QUOTES, '"'),
        **dict.fromkeys(_DASHES, "-"),
        **dict.fromkeys(_SPACES, " "),
        "…": "...",
    }
)


def nearest(lines: Sequence[str], wanted: Sequence[str]) -> str:
    """A sentence, with a space before it, on the lines of a file that `wanted` is most like."""
    if _is_escaped(lines, wanted):
        return (
            r" It holds \n, \t or \" as two characters each. "
            "Write line breaks, tabs and quotes as they are."
        )
    start = _best_start(lines[:MOST_COMPARED_LINES], wanted)
    if start is None:
        return " Read the file again and copy the lines exactly."
    at, said = _first_difference(lines, start, wanted)
    first = max(start, at + 1 - MOST_SHOWN_LINES)
    size = max(1, min(start + len(wanted) - first, len(lines) - first, MOST_SHOWN_LINES))
    shown = "\n".join(lines[first : first + size])
    count = "line" if size == 1 else f"{size} lines"
    return f" The nearest {count}, from line {first + 1}:\n{shown}\n{said}"


def _is_escaped(lines: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether all lines stand in the file when what is escaped is read as what it means."""
    text = "\n".join(wanted)
    plain = _ESCAPE.sub(lambda match: _ESCAPED[match[0]], text)
    known = {line.strip() for line in lines}
    return plain != text and all(line.strip() in known for line in plain.split("\n"))


def _best_start(lines: Sequence[str], wanted: Sequence[str]) -> int | None:
    """The index of the line where `wanted` begins, if the most lines of both are alike there."""
    places: dict[str, list[int]] = {}
    for index, line in enumerate(lines):
        places.setdefault(_bones(line), []).append(index)
    votes: Counter[int] = Counter()
    for offset, line in enumerate(wanted):
        bones = _bones(line)
        alike = places.get(bones, []) if bones else []
        for index in alike:
            # A line that stands everywhere, such as "}", says little.
            votes[index - offset] += 1000 // len(alike) + (offset == 0)
    if votes:
        return min(max(0, max(votes, key=lambda start: (votes[start], -start))), len(lines) - 1)
    offset, text = max(enumerate(wanted), key=lambda numbered: len(numbered[1].strip()))
    if not text.strip():
        return None
    stripped = [line.strip() for line in lines]
    close = difflib.get_close_matches(text.strip(), sorted({*stripped}), 1, LEAST_LIKENESS)
    return max(0, stripped.index(close[0]) - offset) if close else None


def _bones(line: str) -> str:
    """A line without all that models copy wrongly: white space, kinds of quotes, case."""
    return "".join(_straightened(line).replace("\\", "").split()).casefold()


def _straightened(text: str) -> str:
    return unicodedata.normalize("NFC", text).translate(_STRAIGHT)


def _first_difference(lines: Sequence[str], start: int, wanted: Sequence[str]) -> tuple[int, str]:
    """The index of the line where the text and the file differ first, and a sentence on it."""
    known = {line.strip() for line in lines}
    for at, line in enumerate(wanted):
        if _ELISION.match(line) and line.strip() not in known:
            return start, (
                f"Line {at + 1} of old_string, {line.strip()}, stands for lines that were left "
                "out. Give every line, or make one edit before and one behind them."
            )
    # As many lines more as may have been left out of the copy.
    found = lines[start : start + 2 * len(wanted)]
    bones, wanted_bones = [_bones(line) for line in found], [_bones(line) for line in wanted]
    matcher = difflib.SequenceMatcher(None, bones, wanted_bones, autojunk=False)
    white: tuple[int, str] | None = None
    for tag, first, last, wanted_first, wanted_last in matcher.get_opcodes():
        if tag == "delete" and wanted_first < len(wanted):
            number = start + first + 1
            left = f"line {number}" if last - first == 1 else f"lines {number} to {start + last}"
            return start + first, f"old_string leaves out {left} of the file."
        if tag == "insert":
            extra = _cut(wanted[wanted_first])
            said = f"Line {wanted_first + 1} of old_string is not there in the file: {extra}"
            return start + first, said
        if tag == "replace":
            return start + first, _said(start + first, found[first], wanted[wanted_first])
        pairs = zip(found[first:last], wanted[wanted_first:wanted_last], strict=False)
        for index, (have, want) in enumerate(pairs, start + first):
            if have.strip() != want.strip():
                return index, _said(index, have, want)
            if have != want and white is None:
                white = index, _said(index, have, want)
    return white or (start, "Copy these lines exactly.")


def _said(index: int, have: str, want: str) -> str:
    return f"Line {index + 1} differs{difference(have, want)}."


def difference(have: str, want: str) -> str:
    """In what a line of a file (`have`) and its copy (`want`) differ: the end of a sentence."""
    if have.rstrip() == want.rstrip():
        return " in white space at its end"
    if have.strip() == want.strip():
        return f" in indentation: {_indent(have)} in the file, {_indent(want)} in old_string"
    alike: tuple[tuple[str, Callable[[str], str]], ...] = (
        ("", _straightened),
        ("white space inside it", lambda line: " ".join(line.split())),
        ("backslashes", lambda line: line.replace("\\", "")),
        ("upper and lower case", str.casefold),
    )
    for name, plain in alike:
        if plain(have.strip()) == plain(want.strip()):
            return f" in {name or _characters(have, want)}; old_string has: {_cut(want)}"
    return f"; old_string has: {_cut(want)}"


def _indent(line: str) -> str:
    white = line[: len(line) - len(line.lstrip())]
    counts = ((white.count("\t"), "tab"), (white.count(" "), "space"))
    parts = [f"{count} {noun}{'s' * (count != 1)}" for count, noun in counts if count]
    return " and ".join(parts) or "none"


def _characters(have: str, want: str) -> str:
    """The first character that is another one, by name where it cannot be told by looking."""
    pairs = zip(have.strip(), want.strip(), strict=False)
    one, other = next((pair for pair in pairs if pair[0] != pair[1]), ("", ""))
    if one in _STRAIGHT_QUOTES and other in _STRAIGHT_QUOTES:
        return f"its quotes: {one} in the file, {other} in old_string"
    return f"a character: {_name(one)} in the file, {_name(other)} in old_string"


def _name(character: str) -> str:
    if not character or character.isascii():
        return repr(character)
    return f"{character} ({unicodedata.name(character, f'U+{ord(character):04X}').lower()})"


def _cut(line: str) -> str:
    line = line.strip()
    return line if len(line) <= MOST_SHOWN_CHARACTERS else f"{line[:MOST_SHOWN_CHARACTERS]}…"
