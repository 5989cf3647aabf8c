"""Reads unified diffs, of git, of difflib or torn: every line of any text ends up in a file."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from inhouse.diff.file_diff import DiffLine, FileDiff, Hunk, Kind

_HUNK: Final = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@ ?(.*)", re.S)
_GIT: Final = ("diff --git ", "diff --cc ", "diff --combined ")
_BINARY: Final = re.compile(r"Binary files? (.*?)(?: and .*)? (?:changes|differ)", re.S)
_ESCAPE: Final = re.compile(rb"\\([0-7]{3}|.)", re.S)
_NAMED_ESCAPES: Final = {b"n": b"\n", b"t": b"\t", b"r": b"\r"}
NOWHERE: Final = "/dev/null"


def parse_diff(text: str) -> tuple[FileDiff, ...]:
    """The files of a diff, in order. Their texts behind each other are the whole text again."""
    if not text:
        return ()
    reader = _Reader()
    for line in text.removesuffix("\n").split("\n"):
        reader.take(line)
    return reader.files()


def changed_files(text: str) -> tuple[FileDiff, ...]:
    """The files of a diff, without empty lines between them."""
    return tuple(file for file in parse_diff(text) if file.path or file.text.strip())


@dataclass(slots=True)
class _OpenHunk:
    """A hunk that is being read: the next numbers, and how many lines are still to come."""

    header: str
    heading: str
    old: int
    new: int
    old_left: int
    new_left: int
    lines: list[DiffLine] = field(default_factory=list[DiffLine])

    def take(self, line: str) -> bool:
        """Whether the line belongs to the hunk."""
        mark, text = line[:1], line[1:]
        old, new = self.old, self.new
        if mark == "\\":
            self.lines.append(DiffLine("\\", text))
            return True
        if mark in {" ", ""} and self.old_left and self.new_left:
            self.lines.append(DiffLine(" " if mark else "", text, old, new))
        elif mark == "-" and self.old_left:
            self.lines.append(DiffLine("-", text, old))
        elif mark == "+" and self.new_left:
            self.lines.append(DiffLine("+", text, None, new))
        else:
            return False
        if mark != "+":
            self.old, self.old_left = old + 1, self.old_left - 1
        if mark != "-":
            self.new, self.new_left = new + 1, self.new_left - 1
        return True


@dataclass(slots=True)
class _OpenFile:
    """A file that is being read."""

    git: bool = False
    header: list[str] = field(default_factory=list[str])
    hunks: list[_OpenHunk] = field(default_factory=list[_OpenHunk])

    def begins_with(self, mark: str) -> bool:
        """Whether a line of the header begins so."""
        return any(line.startswith(mark) for line in self.header)

    def close(self) -> FileDiff:
        """What the header says, and the hunks."""
        said = _said(self.header)
        old, new = said.get("--- ", ""), said.get("+++ ", "")
        kind: Kind = "changed"
        if "rename to " in said:
            kind = "renamed"
        elif "copy to " in said:
            kind = "copied"
        elif old == NOWHERE or "new file mode " in said:
            kind = "added"
        elif new == NOWHERE or "deleted file mode " in said:
            kind = "deleted"
        names = (
            said.get("rename to ") or said.get("copy to "),
            _without_side(new),
            _without_side(old),
            said.get("binary"),
            said.get("diff"),
        )
        lines = [line for hunk in self.hunks for line in hunk.lines]
        return FileDiff(
            path=next((name for name in names if name), ""),
            header=tuple(self.header),
            hunks=tuple(Hunk(one.header, one.heading, tuple(one.lines)) for one in self.hunks),
            kind=kind,
            was=said.get("rename from ") or said.get("copy from ") or "",
            mode=said.get("new mode ", ""),
            binary="binary" in said,
            added=sum(line.mark == "+" for line in lines),
            removed=sum(line.mark == "-" for line in lines),
        )


class _Reader:
    def __init__(self) -> None:
        self._files: list[_OpenFile] = []

    def files(self) -> tuple[FileDiff, ...]:
        return tuple(file.close() for file in self._files)

    def take(self, line: str) -> None:
        file = self._files[-1] if self._files else None
        if file and file.hunks and file.hunks[-1].take(line):
            return
        if match := _HUNK.fullmatch(line):
            old, old_count, new, new_count, heading = match.groups()
            hunk = _OpenHunk(
                line, heading, int(old), int(new), int(old_count or 1), int(new_count or 1)
            )
            (file or self._begin()).hunks.append(hunk)
            return
        if file is None or self._starts_a_file(line, file):
            file = self._begin(git=line.startswith(_GIT))
        file.header.append(line)

    def _begin(self, *, git: bool = False) -> _OpenFile:
        self._files.append(_OpenFile(git))
        return self._files[-1]

    def _starts_a_file(self, line: str, file: _OpenFile) -> bool:
        if file.hunks or line.startswith(_GIT):
            return True
        if line.startswith("--- "):
            return not file.git or file.begins_with("--- ")
        # In the form of git the line stands in the header of its file, else it is the whole.
        if _BINARY.fullmatch(line):
            return not file.git or file.begins_with("Binary file")
        return not file.git and file.begins_with("Binary file")


_KEYS: Final = (
    "--- ",
    "+++ ",
    "rename from ",
    "rename to ",
    "copy from ",
    "copy to ",
    "new mode ",
    "new file mode ",
    "deleted file mode ",
)


def _said(header: Iterable[str]) -> dict[str, str]:
    """What the lines of a header say, by their first words; "diff" is the name behind those."""
    said: dict[str, str] = {}
    for line in header:
        if line.startswith(_GIT):
            said["diff"] = _name_in(line)
        elif match := _BINARY.fullmatch(line):
            name = _without_side(_unquoted(match[1]))
            said["binary"] = "" if name == NOWHERE else name
        elif line == "GIT binary patch":
            said["binary"] = ""
        else:
            for key in _KEYS:
                if line.startswith(key):
                    said[key] = _unquoted(line.removeprefix(key).partition("\t")[0])
                    break
    return said


def _name_in(line: str) -> str:
    """The name in `diff --git a/NAME b/NAME`, which is the same twice where nothing else tells."""
    if not line.startswith(_GIT[0]):
        return _unquoted(line.split(" ", 2)[2])
    words = line.removeprefix(_GIT[0])
    return _unquoted(words[: len(words) // 2]).removeprefix("a/")


def _without_side(name: str) -> str:
    if name == NOWHERE:
        return ""
    return name[2:] if name.startswith(("a/", "b/")) else name


def _unquoted(name: str) -> str:
    """A name without the quotes and escapes that git gives to unusual ones."""
    if len(name) < 2 or not (name.startswith('"') and name.endswith('"')):
        return name
    raw = _ESCAPE.sub(_plain, name[1:-1].encode("utf-8", "surrogatepass"))
    return raw.decode("utf-8", "replace")


def _plain(match: re.Match[bytes]) -> bytes:
    letters = match[1]
    if len(letters) == 3:
        return bytes([int(letters, 8) & 0xFF])
    return _NAMED_ESCAPES.get(letters, letters)
