"""What was sent in a folder before: prompts, shell commands and slash commands."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from inhouse.tui.composer.chips import Written, from_json, to_json
from inhouse_tools.refusal import Refusal, of_os_error
from inhouse_tools.writing.descent import write_all
from inhouse_tools.writing.small_file import HeldFile, hold_file, make_private

MOST_ENTRIES: Final = 1_000
SPARE_ENTRIES: Final = 200
"""A file is cut back only when it has so many more, so that it is rarely written whole."""
MOST_ENTRY_BYTES: Final = 256 * 1024
MOST_BYTES: Final = 4 * 1024**2


class PromptHistory:
    """Lines of JSON in one file, the oldest first; without a file it lives as long as this does.

    Several processes may add to one file. Lines that are torn or of another kind are passed over.
    """

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self._entries: list[Written] | None = None
        self._said = False

    def entries(self) -> Sequence[Written]:
        """What was sent, the oldest first, as it was when this was first asked."""
        if self._entries is None:
            self._entries = _read(self.file)[-MOST_ENTRIES:] if self.file else []
        return self._entries

    def add(self, written: Written) -> Refusal | None:
        """Add an entry unless it repeats the last one; says once that it cannot be kept."""
        written = written.used()
        entries = [*self.entries()]
        if written.blank or (entries and entries[-1] == written):
            return None
        self._entries = [*entries, written][-MOST_ENTRIES:]
        line = json.dumps(to_json(written)).encode() + b"\n"
        if self.file is None or len(line) > MOST_ENTRY_BYTES:
            return None
        try:
            make_private(self.file.parent)
            with hold_file(self.file) as held:
                _append(self.file, line)
                _cut_back(held)
        except OSError as error:
            if not self._said:
                self._said = True
                problem = of_os_error(error, str(self.file), "write")
                return Refusal(f"{problem.text} What you send is not kept for the next time.")
        return None


def _read(file: Path) -> list[Written]:
    try:
        lines = file.read_bytes().split(b"\n")
    except OSError:
        return []
    found = (_entry(line) for line in lines)
    return [entry for entry in found if entry is not None]


def _entry(line: bytes) -> Written | None:
    try:
        return from_json(json.loads(line)) if line.strip() else None
    except (ValueError, RecursionError):
        return None


def _append(file: Path, line: bytes) -> None:
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(file, flags, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        write_all(descriptor, b"\n" + line if torn else line)
    finally:
        os.close(descriptor)


def _cut_back(held: HeldFile) -> None:
    """Drop the oldest lines when there are too many."""
    content = held.path.read_bytes()
    if content.count(b"\n") <= MOST_ENTRIES + SPARE_ENTRIES and len(content) <= MOST_BYTES:
        return
    kept: list[bytes] = []
    room = MOST_BYTES // 2
    for line in reversed(content.split(b"\n")[:-1]):
        room -= len(line) + 1
        if len(kept) == MOST_ENTRIES or room < 0:
            break
        kept.append(line + b"\n")
    held.replace(b"".join(reversed(kept)))
