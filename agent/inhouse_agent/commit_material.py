"""What a commit message is written from: the files and their diffs, cut fairly to a budget."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from inhouse_tools.git.diff import FileDiff
from inhouse_tools.git.status import Changed

MOST_LINE: Final = 240
MOST_FILES: Final = 60
MOST_EARLIER: Final = 5
# A shorter beginning of a diff says nothing that the list of files does not say.
LEAST_DIFF: Final = 160
LEFT_OUT: Final = "[… {} more lines of this file]"
NOISE: Final = ("diff --git ", "index ", "similarity index ", "dissimilarity index ")


@dataclass(frozen=True, slots=True)
class Material:
    """A change before it is committed. `earlier` are the last subjects, `about` what the person
    wants the message to mention."""

    changes: tuple[Changed, ...]
    diffs: tuple[FileDiff, ...]
    earlier: tuple[str, ...] = ()
    about: str = ""

    def tell(self, characters: int) -> str:
        """The change for a model; the diffs have at most so many characters in all."""
        shown = cut_fairly([slim(diff.text) for diff in self.diffs], characters)
        blocks = [f"Files:\n{self._list_files()}"]
        if any(shown):
            blocks.append("Diff:\n" + "\n".join(text for text in shown if text))
        if self.earlier:
            subjects = "\n".join(f"- {subject}" for subject in self.earlier[:MOST_EARLIER])
            blocks.append(f"Earlier subjects in this repository, for their style:\n{subjects}")
        blocks.append("Write the message of this commit.")
        if self.about:
            blocks.append(f"Mention above all: {self.about}")
        return "\n\n".join(blocks)

    def _list_files(self) -> str:
        lines = [describe(change) for change in self.changes[:MOST_FILES]]
        more = len(self.changes) - len(lines)
        return "\n".join([*lines, *([f"and {more} more"] if more else [])])


def describe(change: Changed) -> str:
    """A changed file in one line."""
    was = f" (was {change.was})" if change.was else ""
    return f"{change.kind} {change.path}{was}"


def cut_fairly(texts: Sequence[str], budget: int) -> list[str]:
    """The texts in at most `budget` characters: the longest are cut first, to the same length."""
    level = _level([len(text) for text in texts], budget)
    return [text if len(text) <= level else _cut(text, level) for text in texts]


def _level(sizes: Sequence[int], budget: int) -> int:
    """The length to which every longer text is cut so that all have the budget."""
    left = max(budget, 0)
    ordered = sorted(sizes)
    for place, size in enumerate(ordered):
        share = left // (len(ordered) - place)
        if size > share:
            return share
        left -= size
    return max(ordered, default=0)


def _cut(text: str, room: int) -> str:
    """The first lines of a text and how many follow; "" where too little fits."""
    if room < LEAST_DIFF:
        return ""
    lines = text.splitlines()
    room -= len(LEFT_OUT.format(len(lines))) + 1
    kept: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join([*kept, LEFT_OUT.format(len(lines) - len(kept))])


def slim(text: str) -> str:
    """The diff of a file without what only programs read, and without endless lines."""
    lines: list[str] = []
    heading = True
    for line in text.splitlines():
        heading = heading and not line.startswith("@@")
        if heading and line.startswith(NOISE):
            continue
        lines.append(line if len(line) <= MOST_LINE else line[:MOST_LINE] + "…")
    return "\n".join(lines)
