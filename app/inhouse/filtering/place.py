"""Where in a file: FILE, FILE:LINE or FILE:LINE-LINE, as a person or an editor writes it."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FORM: Final = re.compile(r"(?P<file>.*?)(?::(?P<first>\d{1,9})(?:[-,:](?P<last>\d{1,9}))?)?", re.S)


@dataclass(frozen=True, slots=True)
class Place:
    """A file, and lines of it from 1 on, both ends included; `first` 0 for all of it."""

    file: Path
    first: int = 0
    last: int = 0

    @property
    def lines(self) -> int:
        """How many lines are meant, 0 for all."""
        return self.last - self.first + 1 if self.first else 0

    def __str__(self) -> str:
        if not self.first:
            return str(self.file)
        return f"{self.file}:{self.first}" + (f"-{self.last}" if self.last != self.first else "")


def read_place(text: str) -> Place | str:
    """The place, or why it is none, in a sentence. A file of exactly this name wins."""
    if not text or "\0" in text:
        return "The name of the file is empty."
    found = FORM.fullmatch(text)
    if found is None or not found["first"] or Path(text).exists():
        return Place(Path(text))
    first = int(found["first"])
    last = int(found["last"] or first)
    if not found["file"]:
        return f"{text} names no file. Write FILE:LINE or FILE:LINE-LINE."
    if first < 1 or last < first:
        return f"{text}: the lines of a file begin with 1, and the first stands before the last."
    return Place(Path(found["file"]), first, last)
