"""Bytes to text and back without changing a byte that was not edited, and cutting of long text."""

import codecs
import difflib
import re
from dataclasses import dataclass
from typing import Literal

from inhouse_tools.refusal import Refusal

Codec = Literal["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp1252"]

BOMS: tuple[tuple[bytes, Codec], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
MAX_ALIGNED_LINES = 4000
"""Above this many changed lines on both sides, new lines take the ending most lines have."""

_UTF8_PAIR = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)"
    r"|\x1b[ -/]*[0-~]"
)
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Document:
    """A decoded file. `text` has "\\n" only; `endings` says how each line ends in the file."""

    text: str
    endings: tuple[str, ...] = ()
    codec: Codec = "utf-8"
    bom: bytes = b""

    def encode(self, text: str) -> bytes | Refusal:
        """The bytes of new text, with "\\n" only, in this file's encoding and line endings.

        Lines that stand in the old text keep their own ending, new ones take their neighbour's.
        """
        raw = text
        if any(ending == "\r\n" for ending in self.endings):
            raw = _restore(self, text)
        try:
            return self.bom + raw.encode(self.codec)
        except UnicodeEncodeError as error:
            letter = raw[error.start : error.end][:1]
            return Refusal(
                f"{letter!r} cannot be written: the file's encoding is {self.codec}, which has no "
                "such character. Use plain characters."
            )


def decode(raw: bytes) -> Document | Refusal:
    """The text of a file's bytes, or why they are not text that could be written back."""
    codec: Codec = "utf-8"
    bom = b""
    for mark, name in BOMS:
        if raw.startswith(mark):
            bom, codec = mark, name
            break
    if not bom and b"\0" in raw:
        return Refusal("it is a binary file")
    if codec == "utf-8" and not bom and not _is_utf8(raw):
        if not _is_windows_text(raw):
            return Refusal("it is neither UTF-8 nor another known text encoding")
        codec = "cp1252"
    try:
        text = raw[len(bom) :].decode(codec)
    except UnicodeDecodeError:
        return Refusal(f"it is not valid {codec} text")
    bodies = text.split("\n")
    endings = tuple("\r\n" if body.endswith("\r") else "\n" for body in bodies[:-1])
    return Document(text.replace("\r\n", "\n"), endings, codec, bom)


def unified(text: str) -> str:
    """Text with "\\n" as its only line ending."""
    return text.replace("\r\n", "\n")


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_windows_text(raw: bytes) -> bool:
    """Whether bytes that are not UTF-8 can safely be taken for CP1252 or Latin-1.

    Text with a valid UTF-8 pair is damaged UTF-8, and many high bytes are some other encoding:
    both would be shown wrong, so they are refused.
    """
    if _CONTROL.search(raw) or _UTF8_PAIR.search(raw):
        return False
    if sum(byte >= 0x80 for byte in raw) > max(1, len(raw) * 0.3):
        return False
    try:
        return raw.decode("cp1252").encode("cp1252") == raw
    except UnicodeDecodeError:
        return False


def _restore(old: Document, text: str) -> str:
    """New text with the line endings of the old file."""
    before, after = old.text.split("\n"), text.split("\n")
    usual = max(("\n", "\r\n"), key=old.endings.count)
    endings = [*old.endings, usual]
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    rest = min(len(before), len(after)) - start
    same = 0
    while same < rest and before[-1 - same] == after[-1 - same]:
        same += 1
    old_middle = range(start, len(before) - same)
    new_middle = range(start, len(after) - same)
    middle = _middle_endings(before, after, endings, old_middle, new_middle)
    tail = endings[len(before) - same :] if same else []
    chosen = [*endings[:start], *middle, *tail]
    pieces = [body + ending for body, ending in zip(after[:-1], chosen, strict=False)]
    return "".join([*pieces, after[-1]])


def _middle_endings(
    before: list[str], after: list[str], endings: list[str], old: range, new: range
) -> list[str]:
    """The endings of the lines between the unchanged beginning and the unchanged end."""
    usual = endings[-1]
    near = endings[old.start - 1] if old.start else (endings[0] if len(endings) > 1 else usual)
    if len(old) == len(new):
        return [endings[index] for index in old]
    if len(old) + len(new) > MAX_ALIGNED_LINES:
        return [usual] * len(new)
    result: list[str] = []
    matcher = difflib.SequenceMatcher(
        None, before[old.start : old.stop], after[new.start : new.stop], autojunk=False
    )
    for tag, first, last, new_first, new_last in matcher.get_opcodes():
        known = endings[old.start + first : old.start + last]
        if tag == "equal":
            result.extend(known)
        else:
            result.extend(
                (known + [result[-1] if result else near] * (new_last - new_first))[
                    : new_last - new_first
                ]
            )
    return result


def plain(output: str) -> str:
    """Terminal output as text: no escape codes, and of an overwritten line only the last state."""
    if "\x1b" in output:
        output = _ESCAPES.sub("", output)
    output = unified(output)
    if "\r" in output:
        output = "\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in output.split("\n"))
    return _INVISIBLE.sub("", output)


@dataclass(frozen=True, slots=True)
class Cut:
    """Long text without its middle: what stayed, and an account of what was left out.

    `first_line` is the number, from 1, of the first line that is not whole in `head`.
    """

    head: str
    tail: str
    lines: int
    characters: int
    first_line: int

    @property
    def whole(self) -> bool:
        """Whether nothing was left out."""
        return self.characters == 0

    def with_note(self, note: str) -> str:
        """Head, a line in brackets that says what is missing, and tail."""
        if self.whole:
            return self.head
        said = f"[{self.lines} lines ({self.characters} characters) left out here. {note}]"
        return "\n".join(part.strip("\n") for part in (self.head, said, self.tail) if part)


def cut(text: str, limit: int) -> Cut:
    """Keep the beginning and the end of text longer than `limit` characters, in whole lines.

    A line longer than the room for it is cut inside.
    """
    if len(text) <= limit:
        return Cut(text, "", 0, 0, 0)
    room = limit * 3 // 5
    end = text.rfind("\n", 0, room) + 1
    if end < room // 2:
        end = room
    begin = len(text) - (limit - room)
    line = text.find("\n", begin - 1)
    if 0 <= line < len(text) - (limit - room) // 2:
        begin = line + 1
    missing = text[end:begin]
    return Cut(
        text[:end],
        text[begin:],
        max(1, missing.count("\n")),
        len(missing),
        text.count("\n", 0, end) + 1,
    )
