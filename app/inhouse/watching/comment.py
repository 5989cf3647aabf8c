"""Comments that are meant for inhouse: which of a file's comments they are, and what they say."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Literal

from inhouse.watching.plain_comments import plain_comments
from inhouse_tools.syntax import comments

Mark = Literal["do", "answer", "note"]
MARKS: Final[dict[str, Mark]] = {"!": "do", "?": "answer", "": "note"}
"""The strongest first."""
MAX_COMMENTS: Final = 200
"""More of them in one file are data, not what a person has written."""

AT_ALL: Final = re.compile(r"\bAI(?![\w-])|\bai[!?]", re.IGNORECASE)
OPENING: Final = re.compile(
    r"^(?:#+!?|//+!?|/\*+!?|--+(?:\[=*\[)?|<!--+|;+|%+|\(\*+|\{-+|\"+|')\s*"
)
CLOSING: Final = re.compile(r"\s*(?:\*+/|--+>|\*+\)|-+\}|\]=*\](?:--)?)$")
CONTINUED: Final = re.compile(r"^\s*(?:\*+(?!/)|#+|//+|--+|;+|%+)?\s?")
FIRST: Final = re.compile(r"^AI([!?]?)(?=[\s:,]|$)[:,]?\s*", re.IGNORECASE)
LAST: Final = re.compile(r"(?:^|(?<=\s))AI([!?]?)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AIComment:
    """One comment with a mark.

    `start` and `end` are characters of the file's text, lines count from 1. `text` is the comment
    as it stands there, `request` what it says without its mark. `beside` is the line of code that
    it belongs to, which tells two comments of the same words apart.
    """

    path: str
    mark: Mark
    request: str
    text: str
    beside: str
    start: int
    end: int
    line: int
    last_line: int

    @property
    def words(self) -> str:
        """What makes it another comment when it changes: its text, whatever the spaces."""
        return " ".join(self.text.split())

    @property
    def place(self) -> str:
        """For people."""
        return f"{self.path}:{self.line}"


def read_comments(path: str, text: str) -> tuple[AIComment, ...]:
    """The marked comments of a file's text, which has "\\n" only, in order."""
    if not AT_ALL.search(text):
        return ()
    source = text.encode("utf-8", "surrogatepass")
    spans = comments(PurePosixPath(path).name, source)
    found = plain_comments(path, text) if spans is None else _in_characters(source, spans)
    lines = text.split("\n")
    marked: list[AIComment] = []
    for start, end in found:
        comment = _read_one(path, text, lines, start, end)
        if comment is not None:
            marked.append(comment)
    return tuple(marked[:MAX_COMMENTS])


def _in_characters(source: bytes, spans: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    """Spans of bytes as spans of characters."""
    found: list[tuple[int, int]] = []
    at = characters = 0
    for start, end in spans:
        if start < at:
            continue
        characters += len(source[at:start].decode("utf-8", "surrogatepass"))
        length = len(source[start:end].decode("utf-8", "surrogatepass"))
        found.append((characters, characters + length))
        characters += length
        at = end
    return found


def _read_one(path: str, text: str, lines: list[str], start: int, end: int) -> AIComment | None:
    raw = text[start:end].rstrip()
    said = read_mark(raw)
    if said is None:
        return None
    mark, request = said
    first = text.count("\n", 0, start)
    last = first + raw.count("\n")
    beside = _beside(lines, last, text[:start].rpartition("\n")[2])
    return AIComment(path, mark, request, raw, beside, start, start + len(raw), first + 1, last + 1)


def read_mark(comment: str) -> tuple[Mark, str] | None:
    """The mark of a comment and what it says; None when it has none.

    The mark stands first or last in the comment. AI alone has to be in capitals, since people
    write of it; with ! or ? any case is read.
    """
    inner = _without_delimiters(comment)
    last, first = _meant(LAST.search(inner)), _meant(FIRST.match(inner))
    signs = {match[1] for match in (last, first) if match}
    if not signs:
        return None
    begin = first.end() if first else 0
    end = last.start() if last else len(inner)
    request = " ".join(inner[begin : max(begin, end)].split()).rstrip(" :,")
    return next((mark, request) for sign, mark in MARKS.items() if sign in signs)


def _meant(mark: re.Match[str] | None) -> re.Match[str] | None:
    """A mark, unless it is but the word: people write of ai."""
    return mark if mark and (mark[1] or mark[0].startswith("AI")) else None


def _without_delimiters(comment: str) -> str:
    inner = CLOSING.sub("", OPENING.sub("", comment.strip(), count=1))
    lines = [
        CONTINUED.sub("", line) if number else line for number, line in enumerate(inner.split("\n"))
    ]
    return "\n".join(line.rstrip() for line in lines).strip()


def _beside(lines: list[str], last: int, before: str) -> str:
    """The code on the comment's line, else the next line that has any."""
    if before.strip():
        return before.strip()
    return next((line.strip() for line in lines[last + 1 : last + 40] if line.strip()), "")
