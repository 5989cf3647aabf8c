"""What is told of a rename: where the name changed, and the lines where it stands still."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from inhouse_tools.editing.renaming.candidates import SETTINGS, word_of
from inhouse_tools.editing.renaming.judged import Judged
from inhouse_tools.syntax.tree import Span
from inhouse_tools.writing.changes import Opened, joined, plural

MAX_LINES = 15
MAX_LINE_CHARACTERS = 160


@dataclass(frozen=True, slots=True)
class Account:
    """What a rename did: every file of code, the documents, and files that had the new name."""

    old: str
    new: str
    judged: Sequence[Judged]
    documents: Sequence[Opened]
    taken: Sequence[str] = ()

    def text(self, thorough: bool) -> str:
        """The answer of the call; a thorough one says more of other definitions."""
        changed = [each for each in self.judged if each.spans]
        counted = [f"{each.opened.place.name} ({len(each.spans)})" for each in changed]
        files = plural(len(changed), "file")
        said = [f"Renamed {self.old} to {self.new} in {files}: {joined(counted)}."]
        also = [name for each in self.judged for name in each.also]
        apart = [name for each in self.judged for name in each.apart]
        if also:
            said.append(f"Renamed with it: {joined(also)}.")
        if thorough and apart:
            said.append(f"Not renamed, another {self.old}: {joined(apart)}.")
        if thorough and self.taken:
            taken = joined(self.taken)
            said.append(f"{self.new} stood before in {taken}: look whether they clash.")
        parts = [" ".join(said)]
        unclear = _listed(list(self._unclear()), MAX_LINES)
        if unclear:
            parts += [f"Not renamed, the code does not say which {self.old} is meant:", unclear]
        room = max(MAX_LINES // 3, MAX_LINES - unclear.count("\n"))
        left = _listed(list(self._left()), room)
        if left:
            parts += ["Not renamed in strings, comments and documents:", left]
        return "\n".join(parts)

    def _unclear(self) -> Iterator[str]:
        for each in self.judged:
            yield from _lines(each, self.new, each.unclear)

    def _left(self) -> Iterator[str]:
        """The lines of strings, comments and documents; those of files that changed first."""
        word = word_of(self.old)
        for each in sorted(self.judged, key=lambda one: not one.spans):
            code = {*each.spans, *each.unclear, *each.others}
            yield from _lines(each, self.new, _words(each.opened, word, code))
        qualified = re.compile(rf"(?<=[.:]){re.escape(self.old)}(?!\w)")
        for opened in self.documents:
            settings = opened.place.name.lower().endswith(SETTINGS)
            found = _words(opened, qualified if settings else word, set())
            yield from _lines(Judged(opened, ()), self.new, found)


def _words(opened: Opened, word: re.Pattern[str], code: set[Span]) -> Iterator[Span]:
    """Where a word stands outside of code, in bytes of the source."""
    text, done, at = opened.document.text, 0, 0
    for match in word.finditer(text):
        at += len(text[done : match.start()].encode("utf-8", "replace"))
        done = match.start()
        span = at, at + len(match[0].encode())
        if span not in code:
            yield span


def _lines(judged: Judged, new: str, spans: Iterable[Span]) -> Iterator[str]:
    """The lines of spans as they stand after the rename."""
    source = judged.opened.source
    rows: dict[int, None] = {}
    row = done = 0
    for start, _end in spans:
        row += source.count(b"\n", done, start)
        done = start
        rows[row] = None
    if not rows:
        return
    text = judged.renamed(new).split("\n")
    for row in rows:
        line = text[row].strip()
        cut = f"{line[: MAX_LINE_CHARACTERS - 1]}…" if len(line) > MAX_LINE_CHARACTERS else line
        yield f"{judged.opened.place.name}:{row + 1}: {cut}"


def _listed(lines: Sequence[str], limit: int) -> str:
    more = len(lines) - limit
    return "\n".join([*lines[:limit], *([f"[{more} more]"] if more > 0 else [])])
