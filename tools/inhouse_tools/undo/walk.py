"""Goes through the folders of a ground: every file, folder and link with its facts."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from inhouse_tools.undo.entry import Reason
from inhouse_tools.undo.ground import GIT_NAME, Ground

Enter = Callable[[bytes, bytes], "Reason | None"]
"""Asked for each folder by name and path: why it is not entered, None to enter it."""
RECORDED = frozenset({stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK})


@dataclass(slots=True)
class Walk:
    """One walk. What could not be entered is known when it is over.

    `closed` maps folders that were not entered to the reason. Sockets, pipes and devices are
    passed over, and of git's own only the name is given, without facts.
    """

    ground: Ground
    enter: Enter
    closed: dict[bytes, Reason] = field(default_factory=dict[bytes, Reason])

    def entries(self) -> Iterator[tuple[bytes, os.stat_result | None]]:
        """Names and facts, folders before what they hold."""
        for base in self.ground.bases:
            yield from self._below(base, b"" if base == self.ground.root else base + b"/")

    def _below(self, base: bytes, prefix: bytes) -> Iterator[tuple[bytes, os.stat_result | None]]:
        apart = {*self.ground.hidden, *self.ground.bases}
        device = _device(base)
        waiting = [(base, prefix)]
        while waiting:
            folder, inside = waiting.pop()
            for entry in self._scan(folder, inside):
                name = inside + entry.name
                if entry.name == GIT_NAME:
                    yield name, None
                    continue
                facts = _facts(entry)
                if facts is None or entry.path in apart:
                    continue
                if stat.S_ISDIR(facts.st_mode):
                    elsewhere = facts.st_dev != device
                    reason = "device" if elsewhere else self.enter(name, entry.path)
                    if reason is None:
                        waiting.append((entry.path, name + b"/"))
                    else:
                        self.closed[name] = reason
                yield name, facts

    def _scan(self, folder: bytes, prefix: bytes) -> list[os.DirEntry[bytes]]:
        try:
            with os.scandir(folder) as entries:
                return list(entries)
        except FileNotFoundError:
            return []
        except OSError:
            self.closed[prefix[:-1]] = "unreadable"
            return []

    def hides(self, name: bytes) -> bool:
        """Whether a path lies in a folder that was not entered."""
        while name:
            name = name.rpartition(b"/")[0]
            if name in self.closed:
                return True
        return b"" in self.closed


def _device(base: bytes) -> int:
    try:
        return Path(os.fsdecode(base)).stat().st_dev
    except OSError:
        return 0


def _facts(entry: os.DirEntry[bytes]) -> os.stat_result | None:
    """The facts of what is recorded; None for what is gone or is no file, folder or link."""
    try:
        facts = entry.stat(follow_symlinks=False)
    except OSError:
        return None
    return facts if stat.S_IFMT(facts.st_mode) in RECORDED else None
