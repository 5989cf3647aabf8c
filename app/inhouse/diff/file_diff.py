"""A unified diff as values: files, hunks and numbered lines, none of them lost."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["changed", "added", "deleted", "renamed", "copied"]
Mark = Literal["+", "-", " ", "\\", ""]


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a hunk.

    `mark` is its first character: "+", "-", " ", "\\" for a remark, or "" where a blank line came
    without one. `old` and `new` are its numbers, None on a side where it does not stand.
    """

    mark: Mark
    text: str
    old: int | None = None
    new: int | None = None


@dataclass(frozen=True, slots=True)
class Hunk:
    """Neighbouring lines. `header` is the line that opens them, `heading` what it says of them."""

    header: str
    heading: str
    lines: tuple[DiffLine, ...]


@dataclass(frozen=True, slots=True)
class FileDiff:
    """What changes in one file; `was` is the old name of one that is renamed or copied.

    `header` holds the lines before the first hunk as they came. Text that belongs to no file has
    an empty `path` and stands there as well. `mode` is the new mode of a file when it changes.
    """

    path: str
    header: tuple[str, ...] = ()
    hunks: tuple[Hunk, ...] = ()
    kind: Kind = "changed"
    was: str = ""
    mode: str = ""
    binary: bool = False
    added: int = 0
    removed: int = 0

    @property
    def text(self) -> str:
        """The diff of this file as it came; each line ends with a newline."""
        lines = list(self.header)
        for hunk in self.hunks:
            lines.append(hunk.header)
            lines += [line.mark + line.text for line in hunk.lines]
        return "".join(f"{line}\n" for line in lines)
