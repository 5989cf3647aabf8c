"""What a check found wrong, and telling what is new from what was there before."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inhouse_tools.refusal import Refusal
from inhouse_tools.writing.files import read_file

MAX_TEXT: Final = 300
# Messages that name another line ("redefinition from line 3") are the same when that moved.
_OTHER_LINE = re.compile(r"\b(lines?) \d+|:\d+(:\d+)?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """One error or warning. `file` is relative to the root; `line` and `column` count from 1.

    `line` is 0 for a problem of the whole file, `column` when it is not known, `code` is the
    check's name for this kind of problem, or "".
    """

    file: str
    line: int
    column: int
    code: str
    text: str

    @property
    def said(self) -> str:
        """The problem without its file, for people and models."""
        what = f"{self.code} {self.text}".strip()
        return f"line {self.line}: {what}" if self.line else what


Mark = tuple[str, str, str, str]
"""What a problem is recognised by: file, code, text and the content of its line."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem and what it is recognised by when lines have moved."""

    problem: Problem
    mark: Mark


def problem(file: str, line: int, column: int, code: str, text: str) -> Problem:
    """A problem whose text is one line of bounded length."""
    shown = " ".join(text.split())
    if len(shown) > MAX_TEXT:
        shown = f"{shown[: MAX_TEXT - 1]}…"
    return Problem(file, max(0, line), max(0, column), code, shown)


def findings(problems: Iterable[Problem], root: Path) -> tuple[Finding, ...]:
    """The problems with the content of their lines as the files are now.

    Those of files that are not there belong to something else and are left out.
    """
    lines: dict[str, list[str] | None] = {}
    found: list[Finding] = []
    for one in problems:
        if one.file not in lines:
            lines[one.file] = _lines(root / one.file, one.file)
        content = lines[one.file]
        if content is not None:
            found.append(Finding(one, mark_of(one, content)))
    return tuple(found)


def mark_of(one: Problem, lines: Sequence[str]) -> Mark:
    """What a problem in a file of these lines is recognised by: not by its line's number."""
    content = lines[one.line - 1].strip() if 0 < one.line <= len(lines) else ""
    return one.file, one.code, _OTHER_LINE.sub(r"\1", one.text), content


def new_problems(before: Counter[Mark], after: Sequence[Finding]) -> list[Problem]:
    """Those that were not there before, in order; of equal ones as many as there are more."""
    left = Counter(before)
    new: list[Problem] = []
    for finding in after:
        if left[finding.mark] > 0:
            left[finding.mark] -= 1
        else:
            new.append(finding.problem)
    return new


def _lines(path: Path, name: str) -> list[str] | None:
    content = read_file(path, name)
    if isinstance(content, Refusal):
        return None
    return content.raw.decode("utf-8", "replace").splitlines()
