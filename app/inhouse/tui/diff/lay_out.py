"""The rows in which the diff of a file is drawn: unified, or old and new side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from inhouse.diff.file_diff import DiffLine, FileDiff, Hunk
from inhouse.sanitise import SafeText
from inhouse.tui.diff.emphasis import partners
from inhouse.tui.wrapping import safe_line, word_spans

NO_NEWLINE: Final = "no newline at the end of the file"
NO_NEWLINE_OLD: Final = "no newline at the end of the old file"
NO_NEWLINE_NEW: Final = "no newline at the end of the new file"
BINARY: Final = "a binary file"
NO_LINES: Final = "no line changes"
NEW_WITHOUT_LINES: Final = "empty, or too large to be shown"


@dataclass(slots=True, eq=False)
class ReadyLine:
    """A line as it is shown; `partner` is what it was before, or is now.

    `place` is its index among the lines of its passage, by which it is coloured.
    """

    line: DiffLine
    text: SafeText
    passage: "Passage"
    place: int
    partner: "ReadyLine | None" = None


@dataclass(slots=True, eq=False)
class Passage:
    """The lines of one hunk that are shown as code."""

    path: str
    lines: list[ReadyLine] = field(default_factory=list[ReadyLine])


class Piece(NamedTuple):
    """The characters of a line that stand in one row."""

    line: ReadyLine
    start: int
    end: int


class Row(NamedTuple):
    """One row of the screen: a line, on one side or both, or a remark."""

    left: Piece | None = None
    right: Piece | None = None
    remark: SafeText = SafeText("")


@dataclass(frozen=True, slots=True)
class Widths:
    """Cells of a view: of the numbers, and of the text of a line on each side."""

    numbers: int
    text: int
    right_text: int = 0

    @property
    def split(self) -> bool:
        """Whether old and new stand side by side."""
        return self.right_text > 0


# What stands around the text of a line: " │ + " behind the number, and one cell at the end.
AROUND: Final = 5
GAP: Final = 1


def measure(file: FileDiff, width: int, *, split: bool) -> Widths:
    """How the cells of a view are shared out."""
    highest = 0
    for hunk in file.hunks:
        for line in reversed(hunk.lines):
            highest = max(highest, line.old or 0, line.new or 0)
            if line.mark == " ":
                break
    numbers = max(2, len(str(highest)))
    if not split:
        return Widths(numbers, max(1, width - numbers - AROUND))
    left = (width - GAP) // 2
    right = width - GAP - left
    around = numbers + AROUND
    return Widths(numbers, max(1, left - around), max(1, right - around))


def lay_out(file: FileDiff, widths: Widths) -> list[Row]:
    """All rows of a file; a long line takes several."""
    rows: list[Row] = []
    if not file.path:
        for line in file.header:
            text = safe_line(line)
            rows += [Row(remark=SafeText(text[a:b])) for a, b in word_spans(text, widths.text)]
    elif not file.hunks:
        without = NEW_WITHOUT_LINES if file.kind == "added" else NO_LINES
        rows.append(Row(remark=SafeText(BINARY if file.binary else without)))
    strip = _has_dos_endings(file)
    for number, hunk in enumerate(file.hunks):
        heading = safe_line(hunk.heading.strip())
        if number or heading:
            rows.append(Row(remark=SafeText(f"… {heading}".rstrip())))
        for run in _runs(_ready(file.path, hunk, strip)):
            rows += _split_rows(run, widths) if widths.split else _unified_rows(run, widths)
    return rows


def _has_dos_endings(file: FileDiff) -> bool:
    """Whether every line ends with a carriage return, so that none needs to be shown."""
    lines = [line for hunk in file.hunks for line in hunk.lines if line.mark != "\\"]
    return bool(lines) and all(line.text.endswith("\r") for line in lines)


def _ready(path: str, hunk: Hunk, strip: bool) -> list[ReadyLine | SafeText]:
    """The lines of a hunk, and remarks between them."""
    passage = Passage(path)
    ready: list[ReadyLine | SafeText] = []
    for line in hunk.lines:
        if line.mark == "\\":
            ready.append(_remark(line, ready[-1] if ready else None))
            continue
        text = safe_line(line.text.removesuffix("\r") if strip else line.text)
        one = ReadyLine(line, text, passage, len(passage.lines))
        passage.lines.append(one)
        ready.append(one)
    return ready


def _remark(line: DiffLine, before: ReadyLine | SafeText | None) -> SafeText:
    if "No newline" not in line.text:
        return safe_line(line.text.strip())
    sides = {"-": NO_NEWLINE_OLD, "+": NO_NEWLINE_NEW}
    side = before.line.mark if isinstance(before, ReadyLine) else ""
    return SafeText(sides.get(side, NO_NEWLINE))


@dataclass(slots=True)
class _Run:
    """Removed lines and those that were added in their place, or one line of context."""

    removed: list[ReadyLine] = field(default_factory=list[ReadyLine])
    added: list[ReadyLine] = field(default_factory=list[ReadyLine])
    context: ReadyLine | None = None
    remarks: list[SafeText] = field(default_factory=list[SafeText])


def _runs(lines: Sequence[ReadyLine | SafeText]) -> Iterator[_Run]:
    run = _Run()
    for line in lines:
        if not isinstance(line, ReadyLine):
            run.remarks.append(line)
            continue
        mark = line.line.mark
        begins = mark in {" ", ""} or (mark == "-" and run.added) or run.context is not None
        if begins and (run.removed or run.added or run.context or run.remarks):
            yield _paired(run)
            run = _Run()
        if mark == "-":
            run.removed.append(line)
        elif mark == "+":
            run.added.append(line)
        else:
            run.context = line
    if run.removed or run.added or run.context or run.remarks:
        yield _paired(run)


def _paired(run: _Run) -> _Run:
    if run.removed and run.added:
        texts = [line.text for line in run.removed], [line.text for line in run.added]
        for old, new in partners(*texts):
            run.removed[old].partner = run.added[new]
            run.added[new].partner = run.removed[old]
    return run


def _unified_rows(run: _Run, widths: Widths) -> Iterator[Row]:
    lines = [run.context] if run.context else [*run.removed, *run.added]
    for line in lines:
        for start, end in word_spans(line.text, widths.text):
            yield Row(left=Piece(line, start, end))
    yield from _remark_rows(run)


def _remark_rows(run: _Run) -> Iterator[Row]:
    remarks = list(dict.fromkeys(run.remarks))
    if {NO_NEWLINE_OLD, NO_NEWLINE_NEW} <= set(remarks):
        remarks = [SafeText(NO_NEWLINE)]
    yield from (Row(remark=remark) for remark in remarks)


def _split_rows(run: _Run, widths: Widths) -> Iterator[Row]:
    if run.context:
        yield from _beside(run.context, run.context, widths)
    else:
        for old, new in _beside_each_other(run.removed, run.added):
            yield from _beside(old, new, widths)
    yield from _remark_rows(run)


def _beside_each_other(
    removed: Sequence[ReadyLine], added: Sequence[ReadyLine]
) -> Iterator[tuple[ReadyLine | None, ReadyLine | None]]:
    """Partners in one row; between them what stands on either side from the top on."""
    old = new = 0
    while old < len(removed) or new < len(added):
        left = removed[old] if old < len(removed) else None
        right = added[new] if new < len(added) else None
        if left and right and left.partner is not right:
            # One that has a partner further down waits for it.
            left, right = (
                left if left.partner is None or right.partner is not None else None,
                right if right.partner is None else None,
            )
        old, new = old + (left is not None), new + (right is not None)
        yield left, right


def _beside(old: ReadyLine | None, new: ReadyLine | None, widths: Widths) -> Iterator[Row]:
    left = word_spans(old.text, widths.text) if old else []
    right = word_spans(new.text, widths.right_text) if new else []
    for index in range(max(len(left), len(right))):
        yield Row(
            Piece(old, *left[index]) if old and index < len(left) else None,
            Piece(new, *right[index]) if new and index < len(right) else None,
        )
