"""A part of a text in whole lines, with what it is a part of said around it."""

from collections.abc import Sequence
from dataclasses import dataclass

from inhouse_tools.tool import Output
from inhouse_tools.writing.changes import plural

MAX_LINE_CHARACTERS = 2000
MAX_NAMED_LINES = 5


@dataclass(frozen=True, slots=True)
class Frame:
    """Which lines are wanted: from `offset` on, counted from 1, at most `limit` of them and as
    many as fit in `room` characters."""

    offset: int
    limit: int
    room: int


@dataclass(frozen=True, slots=True)
class Window:
    """Lines that follow each other, the first of them number `first` of `total`.

    `long` are numbers of lines that were shortened, with the characters that they have.
    """

    lines: Sequence[str]
    first: int
    total: int
    long: Sequence[tuple[int, int]] = ()


def cut_window(text: str, frame: Frame) -> Window:
    """The window of a text in memory; without lines when there are none at this offset."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    taken: list[str] = []
    long: list[tuple[int, int]] = []
    size = 0
    start = frame.offset - 1
    for number, line in enumerate(lines[start : start + frame.limit], start=frame.offset):
        size += min(len(line), MAX_LINE_CHARACTERS) + 1
        if taken and size > frame.room:
            break
        if len(line) > MAX_LINE_CHARACTERS:
            long.append((number, len(line)))
        taken.append(line[:MAX_LINE_CHARACTERS])
    return Window(taken, frame.offset, len(lines), long)


def show_window(name: str, window: Window, about: str = "") -> Output:
    """The lines below a head that says which they are; `about` is what else there is to say of
    the file, for its head."""
    said = f", {about}" if about else ""
    if not window.total:
        return Output(f"{name}{said} is empty.", show={"path": name, "lines": 0})
    if not window.lines:
        return Output(
            f"{name} has only {plural(window.total, 'line')}. Use a smaller offset.", failed=True
        )
    last = window.first + len(window.lines) - 1
    head = f"{name}{said}, lines {window.first}-{last} of {window.total}:"
    notes = [
        f"[line {number} goes on: it has {length} characters]"
        for number, length in window.long[:MAX_NAMED_LINES]
    ]
    left = window.total - last
    if left:
        notes.append(f"[{plural(left, 'more line')}: read with offset={last + 1}]")
    return Output(
        "\n".join([head, *window.lines, *notes]),
        show={"path": name, "lines": len(window.lines), "cut": left},
    )
