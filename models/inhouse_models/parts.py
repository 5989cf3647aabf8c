"""Models in several files, such as NAME-00001-of-00003.gguf: which belong together, which lack.

llama.cpp is given the first file and finds the others by their names beside it.
"""

import re
from dataclasses import dataclass
from pathlib import Path

MOST_PARTS = 1000
_PART = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf")
_NAMED = 3


@dataclass(frozen=True, slots=True)
class PartName:
    """What the name of one file says: of which model it is, and which of how many, from 1."""

    stem: str
    number: int
    count: int

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all files of the model."""
        return tuple(part_name(self.stem, one + 1, self.count) for one in range(self.count))


def part_name(stem: str, number: int, count: int) -> str:
    """The name of one file of several, as llama.cpp writes and expects it."""
    return f"{stem}-{number:05}-of-{count:05}.gguf"


def read_part_name(name: str) -> PartName | None:
    """The model and number in a file's name; None for the name of a whole model."""
    found = _PART.fullmatch(name)
    if found is None:
        return None
    number, count = int(found["number"]), int(found["count"])
    if not (1 < count <= MOST_PARTS and 1 <= number <= count):
        return None
    return PartName(found["stem"], number, count)


def files_of(path: Path) -> tuple[Path, ...]:
    """Every file of the model that this one belongs to, the first one first; here or not."""
    part = read_part_name(path.name)
    return tuple(path.with_name(name) for name in part.names) if part else (path,)


def missing_files(path: Path) -> tuple[Path, ...]:
    """The files of this one's model that are not there."""
    return tuple(file for file in files_of(path) if not file.is_file())


def size_of_files(path: Path) -> int:
    """Bytes of all files of the model that are there."""
    return sum(file.stat().st_size for file in files_of(path) if file.is_file())


def describe_missing(missing: tuple[Path, ...]) -> str:
    """Such as `a-00002-of-00003.gguf is missing`, for a sentence."""
    names = [file.name for file in missing[:_NAMED]]
    more = len(missing) - len(names)
    listed = ", ".join(names) + (f" and {more} more" if more else "")
    return f"{listed} {'is' if len(missing) == 1 else 'are'} missing"
