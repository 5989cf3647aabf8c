"""What stands at one path: the value that snapshots compare and records keep."""

from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

Kind = Literal["missing", "file", "folder", "link", "uncovered"]
Reason = Literal["large", "room", "bulk", "device", "unreadable", "git", "special"]
KINDS: Final = frozenset(get_args(Kind))
MAX_FILE_BYTES: Final = 50_000_000

WORDS: Final[dict[Reason, str]] = {
    "large": f"larger than {MAX_FILE_BYTES // 1_000_000} MB",
    "room": "more than the room for undo",
    "bulk": "many files that can be made anew",
    "device": "on another file system",
    "unreadable": "not readable",
    "git": "git's own",
    "special": "not a regular file",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One state of a path.

    `mode` are the permission bits of a file or folder. `value` is the sha256 of a file's content
    (32 bytes), the target of a link, or why something is not covered and what tells it from a
    later state of itself.
    """

    kind: Kind
    mode: int = 0
    value: bytes = b""

    @property
    def covered(self) -> bool:
        """Whether this state can be brought back."""
        return self.kind != "uncovered"

    @property
    def reason(self) -> Reason | None:
        """Why it is not covered, None when it is."""
        if self.covered:
            return None
        word = self.value.split(b" ", 1)[0].decode("ascii", "replace")
        return word if word in WORDS else "special"

    @property
    def words(self) -> str:
        """Why it is not covered, for people, with the size of a file."""
        reason = self.reason
        if reason is None:
            return ""
        parts = self.value.split(b" ")
        size = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
        return f"{size / 1e6:,.1f} MB, {WORDS[reason]}" if size else WORDS[reason]


MISSING: Final = Entry("missing")
GIT: Final = Entry("uncovered", value=b"git")


def uncovered(reason: Reason, size: int = 0, changed: int = 0) -> Entry:
    """Something whose content is not kept; `size` and `changed` (ns) tell its states apart."""
    return Entry("uncovered", value=f"{reason} {size} {changed}".encode())


def read_entry(kind: object, mode: object, value: object) -> Entry | None:
    """An entry as it was stored, None when that is damaged."""
    if kind not in KINDS or not isinstance(mode, int) or not isinstance(value, bytes):
        return None
    if kind == "file" and len(value) != 32:
        return None
    return Entry(cast("Kind", kind), mode, value)
