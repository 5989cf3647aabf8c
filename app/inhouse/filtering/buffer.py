"""What a filter works on: a selection or a whole buffer from a pipe, or lines of a file."""

import sys
from dataclasses import dataclass
from typing import Final

from inhouse.filtering.place import Place
from inhouse.prompts import PromptProblem, read_piped_bytes
from inhouse_tools.refusal import Refusal, of_os_error
from inhouse_tools.text import Document, decode

NOTHING: Final = (
    "There is nothing to work on: pipe text in, or name a file, as in "
    'inhouse edit main.py:10-20 "add type hints"'
)


@dataclass(frozen=True, slots=True)
class Buffer:
    """`text` is the part that is meant; `before` and `after` stand around it.

    `whole` says that the pipe, or the file, holds all of that: then all of it is given back.
    `source` is what came in, with its encoding and its ends of lines. `name` is the file, "" for
    none. Texts have "\n" only.
    """

    source: Document
    text: str
    name: str = ""
    before: str = ""
    after: str = ""
    whole: bool = False

    def result(self, new: str) -> str:
        """The text that is given back for a new text of the part."""
        return f"{self.before}{new}{self.after}" if self.whole else new


def read_buffer(place: Place | None) -> Buffer | Refusal:
    """The buffer of a command line. What is piped in counts more than the file.

    Piped text of as many lines as the place has is the selection itself, and the file tells what
    stands around it; other piped text is the whole buffer, in which the place names lines.
    """
    piped = read_piped_bytes(sys.stdin, _ignore)
    if isinstance(piped, PromptProblem):
        return Refusal(piped.text)
    if not piped:
        return Refusal(NOTHING) if place is None else _of_file(place)
    source = decode(piped)
    if isinstance(source, Refusal):
        return Refusal(f"What is piped in cannot be used: {source.text}.")
    if place is None:
        return Buffer(source, source.text)
    name = str(place.file)
    if place.lines and source.text.removesuffix("\n").count("\n") + 1 == place.lines:
        around = _of_file(place)
        if isinstance(around, Refusal):
            return Buffer(source, source.text, name)
        return Buffer(source, source.text, name, around.before, around.after)
    return cut(source, place)


def _of_file(place: Place) -> Buffer | Refusal:
    try:
        raw = place.file.read_bytes()
    except OSError as error:
        return of_os_error(error, str(place.file), "read")
    document = decode(raw)
    if isinstance(document, Refusal):
        return Refusal(f"{place.file} cannot be read as text: {document.text}.")
    return cut(document, place)


def cut(source: Document, place: Place) -> Buffer | Refusal:
    """The lines of the place in a text."""
    name = str(place.file)
    if not place.first:
        return Buffer(source, source.text, name, whole=True)
    lines = [f"{line}\n" for line in source.text.split("\n")]
    lines[-1] = lines[-1][:-1]
    if not lines[-1]:
        lines.pop()
    if place.first > len(lines):
        return Refusal(f"{name} has only {len(lines):,} lines, so there is no {place}.")
    before, after = lines[: place.first - 1], lines[place.last :]
    meant = lines[place.first - 1 : place.last]
    return Buffer(source, "".join(meant), name, "".join(before), "".join(after), whole=True)


def _ignore(_text: str) -> None:
    """An editor waits anyway."""
