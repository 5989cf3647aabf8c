"""A completion at one place of a file: FILE:LINE:COLUMN."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inhouse_tools.refusal import Refusal, of_os_error
from inhouse_tools.text import decode

FORM: Final = re.compile(r"(?P<file>.+?):(?P<line>\d{1,9})(?::(?P<column>\d{1,9}))?", re.S)
WRONG = "{} is no place: write FILE:LINE:COLUMN, both from 1 on; without a column, the line's end."


@dataclass(frozen=True, slots=True)
class Cursor:
    """A file, and what stands in it before and after a place."""

    file: Path
    prefix: str
    suffix: str


def read_cursor(text: str, piped: str | None = None) -> Cursor | Refusal:
    """The place that is meant. `piped` is the buffer where the editor has not saved it."""
    found = FORM.fullmatch(text)
    if found is None or "\0" in text or int(found["line"]) < 1:
        return Refusal(WRONG.format(text))
    file = Path(found["file"])
    content = _read(file) if piped is None else piped
    if isinstance(content, Refusal):
        return content
    lines = content.split("\n")
    number = int(found["line"])
    if number > len(lines):
        return Refusal(f"{file} has only {len(lines):,} lines.")
    line = lines[number - 1]
    column = len(line) + 1 if found["column"] is None else int(found["column"])
    if not 1 <= column <= len(line) + 1:
        return Refusal(f"Line {number} of {file} has only {len(line) + 1:,} columns.")
    before = "".join(f"{one}\n" for one in lines[: number - 1])
    place = len(before) + column - 1
    return Cursor(file, content[:place], content[place:])


def _read(file: Path) -> str | Refusal:
    try:
        document = decode(file.read_bytes())
    except OSError as error:
        return of_os_error(error, str(file), "read")
    if isinstance(document, Refusal):
        return Refusal(f"{file} cannot be read as text: {document.text}.")
    return document.text
