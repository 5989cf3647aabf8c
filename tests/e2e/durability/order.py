"""What a power cut could tear: names that were moved before their bytes were on the disk.

Reads the lines of strace with paths of descriptors (-y). A power cut may lose every write that no
fsync followed, and every change of a folder until that folder is synced.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from tests.e2e.durability.traced import MARK

LINE: Final = re.compile(r"^(?:(\d+) +)?(?:<\.\.\. ([a-z_0-9]+) resumed>|([a-z_0-9]+)\()(.*)$")
OPEN_FILE: Final = re.compile(r"^\d+<([^>]+)>")
PLACE: Final = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')
WRITES: Final = frozenset({"write", "pwrite64", "writev", "ftruncate"})
SYNCS: Final = frozenset({"fsync", "fdatasync"})
RENAMES: Final = frozenset({"rename", "renameat", "renameat2"})
UNFINISHED: Final = "<unfinished ...>"


@dataclass(slots=True)
class Disk:
    """What is not safe yet, and what was done although it was not.

    `moved` are all renames, by target, with all that was not safe at that moment.
    """

    unsafe: set[str] = field(default_factory=set[str])
    unsafe_folders: set[str] = field(default_factory=set[str])
    moved: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    faults: list[str] = field(default_factory=list[str])

    def take(self, call: str, rest: str) -> None:
        """One call that came back without an error."""
        opened = OPEN_FILE.match(rest)
        if call in WRITES and opened:
            self.unsafe.add(opened[1])
        elif call in SYNCS and opened:
            self.unsafe.discard(opened[1])
            self.unsafe_folders.discard(opened[1])
        elif call in RENAMES:
            source, target = (_path(*place) for place in PLACE.findall(rest)[:2])
            if source in self.unsafe:
                self.faults.append(f"{source} was renamed before its bytes were safe")
            self.moved[target] = frozenset(self.unsafe | self.unsafe_folders)
            self.unsafe_folders.add(str(PurePosixPath(target).parent))


def replay(lines: Iterable[str]) -> Disk:
    """What the action between the marks did; its end finds everything safe, or it is a fault."""
    disk = Disk()
    waiting: dict[str, str] = {}
    marks = 0
    for line in lines:
        match = LINE.match(line)
        if match is None:
            continue
        thread, resumed, call, rest = match[1] or "", match[2], match[3], match[4]
        marks += call == MARK
        if rest.endswith(UNFINISHED):
            waiting[thread] = rest
            continue
        if resumed:
            call, rest = resumed, waiting.pop(thread, "") + rest
        if marks == 1 and " = -1 " not in rest:
            disk.take(call, rest)
    left = sorted(disk.unsafe_folders)
    disk.faults += [f"{folder} was left with names that are not safe" for folder in left]
    return disk


def _path(folder: str, name: str) -> str:
    return name if name.startswith("/") or not folder else f"{folder}/{name}"
