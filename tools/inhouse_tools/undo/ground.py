"""The folders whose files are recorded, and how their paths are named."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inhouse_tools.places.paths import spell

GIT_NAME = b".git"


@dataclass(frozen=True, slots=True)
class Ground:
    """A root and further folders, resolved, as bytes: names need not be text.

    A name is relative to the root with "/", or absolute in a further folder. `hidden` are folders
    that are no part of it, such as the one where the records lie.
    """

    root: bytes
    extra: tuple[bytes, ...] = ()
    hidden: frozenset[bytes] = frozenset()

    @staticmethod
    def of(root: Path, extra: Sequence[Path] = (), hidden: Sequence[Path] = ()) -> "Ground":
        """The ground of folders; one that lies within another of them adds nothing."""
        kept = [folder for folder in extra if not _lies_within(folder, (root, *extra))]
        return Ground(
            os.fsencode(root),
            tuple(dict.fromkeys(os.fsencode(folder) for folder in kept)),
            frozenset(os.fsencode(folder) for folder in hidden),
        )

    @property
    def bases(self) -> tuple[bytes, ...]:
        """All folders, the root first."""
        return (self.root, *self.extra)

    def path_of(self, name: bytes) -> bytes:
        """The absolute path of a name."""
        return name if name.startswith(b"/") else self.root + b"/" + name

    def place(self, name: bytes) -> Path:
        """The absolute path of a name, as the rest of the program writes paths."""
        return Path(os.fsdecode(self.path_of(name)))

    def base_of(self, name: bytes) -> bytes:
        """The folder of the ground that holds a name."""
        if not name.startswith(b"/"):
            return self.root
        return next((base for base in self.extra if name.startswith(base + b"/")), self.root)

    def holds(self, name: bytes) -> bool:
        """Whether a name lies in one of the folders."""
        return not name.startswith(b"/") or self.base_of(name) != self.root

    def name_of(self, path: bytes) -> bytes | None:
        """The name of an absolute path, None when it is not recorded."""
        for base in self.bases:
            if path.startswith(base + b"/"):
                inside = path[len(base) + 1 :]
                if GIT_NAME in inside.split(b"/") or self._hides(base, path):
                    return None
                return inside if base == self.root else path
        return None

    def _hides(self, base: bytes, path: bytes) -> bool:
        """Whether a hidden folder inside of a base holds a path; one around the base does not."""
        return any(
            folder.startswith(base + b"/") and (path + b"/").startswith(folder + b"/")
            for folder in self.hidden
        )

    def with_parents(self, paths: Sequence[Path]) -> tuple[bytes, ...]:
        """The names of absolute paths, each with those of the folders that hold it.

        A write may have to make these folders, so they belong to what it changes.
        """
        names: dict[bytes, None] = {}
        for path in paths:
            for one in (path, *path.parents):
                name = self.name_of(os.fsencode(one))
                if name is None:
                    break
                names[name] = None
        return tuple(names)


def shown(name: bytes) -> str:
    """A name as text for people."""
    return spell(os.fsdecode(name or b"."))


def _lies_within(folder: Path, others: Sequence[Path]) -> bool:
    return any(folder != other and folder.is_relative_to(other) for other in others)


def may(path: str | bytes | Path, mode: int) -> bool:
    """Whether this process may use a path so, with the rights that it has now (`os.access`)."""
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)
