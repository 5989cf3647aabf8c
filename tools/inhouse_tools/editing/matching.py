"""Where in a file a text stands that a model copied, and what to put there instead of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from inhouse_tools.editing.nearest import nearest
from inhouse_tools.refusal import Refusal

# Such as "12: ", "  12→", "12 | " and grep's "src/a.py:12: ".
_NUMBERED: Final = re.compile(r"(?:[\w./-]+:)?[ \t]*(\d+)(:|\t|→| ?\|)(.*)\Z", re.DOTALL)
INDENT_WIDTHS: Final = (4, 2, 8)
MOST_NAMED_LINES: Final = 10


@dataclass(frozen=True, slots=True)
class Replaced:
    """New text, how often and at which line, from 1, it was replaced first; `note` is for the
    answer when old_string was not exactly what stands there."""

    text: str
    count: int
    line: int
    note: str = ""


def replace_text(text: str, old: str, new: str, everywhere: bool, name: str) -> Replaced | Refusal:
    """The text with `new` in the place of `old`, which must stand in it once, or `everywhere`.

    A copy that differs in white space or has line numbers is understood where only one place can
    be meant. Texts have "\\n" only; `name` is the file's.
    """
    count = text.count(old)
    if count > 1 and not everywhere:
        return Refusal(
            f"old_string stands {count} times in {name} (lines {_named(_lines_of(text, old))}). "
            "Add lines around it until it stands once, or set replace_all."
        )
    if count:
        line = text.count("\n", 0, text.index(old)) + 1
        return Replaced(text.replace(old, new), count, line)
    return _replace_meant(text, old, new, name)


def _named(numbers: list[int]) -> str:
    return ", ".join(str(number) for number in numbers[:MOST_NAMED_LINES])


def _lines_of(text: str, old: str) -> list[int]:
    numbers: list[int] = []
    start = text.find(old)
    while start >= 0:
        numbers.append(text.count("\n", 0, start) + 1)
        start = text.find(old, start + len(old))
    return numbers


def _replace_meant(text: str, old: str, new: str, name: str) -> Replaced | Refusal:
    """Match whole lines in one of the ways in which models copy them wrongly."""
    lines = text.split("\n")
    for wanted, put, note in _readings(old, new):
        starts = _starts(lines, wanted)
        if len(starts) > 1:
            return Refusal(
                f"old_string is not in {name}; apart from white space it stands at lines "
                f"{_named([start + 1 for start in starts])}. Copy the lines exactly and add more "
                "of them."
            )
        if starts:
            return _put(lines, starts[0], wanted, put, note)
    return Refusal(f"old_string is not in {name}.{nearest(lines, _split(old) or [old])}")


def _readings(old: str, new: str) -> Iterator[tuple[list[str], list[str], str]]:
    """What may be meant: the lines to find, the lines to put, and what is said of it."""
    wanted, put = _split(old), _split(new)
    if not any(line.strip() for line in wanted):
        return
    yield wanted, put, "old_string differed in white space; the file's indentation was kept."
    if _is_numbered(wanted):
        note = "The line numbers in old_string were left out."
        yield _without_numbers(wanted, wanted), _without_numbers(put, wanted), note
    for width in INDENT_WIDTHS:
        tabs, spaces = ([_as_tabs(line, width) for line in part] for part in (wanted, put))
        if tabs != wanted:
            yield tabs, spaces, "The file is indented with tabs; old_string was not."
        wide, put_wide = ([_as_spaces(line, width) for line in part] for part in (wanted, put))
        if wide != wanted:
            yield wide, put_wide, "The file is indented with spaces; old_string was not."


def _split(text: str) -> list[str]:
    return text.strip("\n").split("\n") if text.strip("\n") else []


def _is_numbered(lines: list[str]) -> bool:
    """Whether every line has a number before it, and these count up."""
    found = [_NUMBERED.match(line) for line in lines]
    numbers = [int(match[1]) for match in found if match]
    return len(numbers) == len(lines) and all(b - a == 1 for a, b in pairwise(numbers))


def _without_numbers(lines: list[str], numbered: list[str]) -> list[str]:
    """The lines without numbers, and without the space that all of `numbered` have behind them."""
    found = [_NUMBERED.match(line) for line in numbered]
    spaced = all(match is not None and match[3][:1] in {"", " "} for match in found)
    result: list[str] = []
    for line in lines:
        match = _NUMBERED.match(line)
        rest = match[3] if match else line
        drop = match is not None and spaced and match[2] not in {"\t", "→"}
        result.append(rest.removeprefix(" ") if drop else rest)
    return result


def _as_tabs(line: str, width: int) -> str:
    spaces = len(line) - len(line.lstrip(" "))
    return "\t" * (spaces // width) + " " * (spaces % width) + line[spaces:]


def _as_spaces(line: str, width: int) -> str:
    tabs = len(line) - len(line.lstrip("\t"))
    return " " * (tabs * width) + line[tabs:]


def _starts(lines: list[str], wanted: list[str]) -> list[int]:
    """Where the lines stand, but for trailing white space and a shift of all of them."""
    return [
        start
        for start in range(len(lines) - len(wanted) + 1)
        if _shift(lines[start : start + len(wanted)], wanted) is not None
    ]


def _put(lines: list[str], start: int, wanted: list[str], put: list[str], note: str) -> Replaced:
    end = start + len(wanted)
    shift = _shift(lines[start:end], wanted)
    lines[start:end] = [_shifted(line, shift) for line in put]
    return Replaced("\n".join(lines), 1, start + 1, note)


def _shift(found: list[str], wanted: list[str]) -> tuple[str, str] | None:
    """(removed, added) indentation that makes `wanted` into `found`, or None when none does."""
    shift: tuple[str, str] | None = None
    for have, want in zip(found, wanted, strict=True):
        if have.strip() != want.strip():
            return None
        if not want.strip():
            continue
        have_indent = have[: len(have) - len(have.lstrip())]
        want_indent = want[: len(want) - len(want.lstrip())]
        if shift is None:
            shift = _indent_change(want_indent, have_indent)
        removed, added = shift
        rest = want_indent[len(removed) :]
        if not want_indent.startswith(removed) or added + rest != have_indent:
            return None
    return shift if shift is not None else ("", "")


def _indent_change(before: str, after: str) -> tuple[str, str]:
    if after.endswith(before):
        return "", after[: len(after) - len(before)]
    if before.endswith(after):
        return before[: len(before) - len(after)], ""
    return before, after


def _shifted(line: str, shift: tuple[str, str] | None) -> str:
    if shift is None or not line.strip():
        return line.rstrip()
    removed, added = shift
    return added + line.removeprefix(removed)
