"""Files as they will be, kept in memory over a tree that is not touched before all is ready."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from inhouse_tools.refusal import Refusal
from inhouse_tools.tool import Workspace
from inhouse_tools.writing.files import Content, Write, digest, read_file


@dataclass(frozen=True, slots=True)
class StagedFile:
    """One file: what stood there when it was first staged (None for nothing), and what will."""

    base: Path
    path: Path
    name: str
    before: bytes | None
    after: bytes | None


@dataclass(slots=True)
class Overlay:
    """Changes that wait to become real together. Tools that change files write here instead."""

    _files: dict[Path, StagedFile] = field(default_factory=dict[Path, StagedFile])

    @property
    def changes(self) -> tuple[StagedFile, ...]:
        """What would change, by path; files that came back to what they were are left out."""
        files = (file for file in self._files.values() if file.before != file.after)
        return tuple(sorted(files, key=lambda file: file.path))

    def find(self, path: Path) -> StagedFile | None:
        """The staged file at a path, None where the disk counts."""
        return self._files.get(path)

    def stage(self, writes: Sequence[Write]) -> Refusal | None:
        """Take writes of regular files, all or none; each must find what it expects."""
        staged: list[StagedFile] = []
        for write in writes:
            if write.link is not None or write.mode is not None:
                raise ValueError("links and modes cannot be staged")
            known = self._files.get(write.path)
            if known is None:
                before = _bytes_on_disk(write)
                if isinstance(before, Refusal):
                    return before
                known = StagedFile(write.base, write.path, write.name, before, before)
            found = "" if known.after is None else digest(known.after)
            if found != write.expected:
                return Refusal(f"{write.name} was changed in the meantime. Read it again.")
            staged.append(replace(known, after=write.raw))
        self._files.update((file.path, file) for file in staged)
        return None

    def writes(self) -> tuple[Write, ...]:
        """The writes that make the changes real, each expecting what stood there before."""
        return tuple(_write(file, file.before, file.after) for file in self.changes)

    def undoing(self) -> tuple[Write, ...]:
        """The writes that take the changes back once they are real."""
        return tuple(_write(file, file.after, file.before) for file in self.changes)


def _write(file: StagedFile, old: bytes | None, new: bytes | None) -> Write:
    expected = "" if old is None else digest(old)
    return Write(file.base, file.path, file.name, new, expected)


def _bytes_on_disk(write: Write) -> bytes | Refusal | None:
    if not write.path.exists():
        return None
    content = read_file(write.path, write.name)
    return content if isinstance(content, Refusal) else content.raw


def read_now(path: Path, name: str, workspace: Workspace) -> Content | Refusal:
    """The bytes of a file as the model sees it: staged ones before those in the editor, and these
    before those on disk."""
    staged = workspace.overlay.find(path) if workspace.overlay else None
    if staged is None:
        unsaved = workspace.buffers.get(path)
        return read_file(path, name) if unsaved is None else Content(unsaved, digest(unsaved))
    if staged.after is None:
        return Refusal(f"There is no file {name}: it was deleted.")
    return Content(staged.after, digest(staged.after))


def exists_now(path: Path, workspace: Workspace) -> bool:
    """Whether something stands at a path as the model sees it. Raises OSError as `Path.exists`."""
    staged = workspace.overlay.find(path) if workspace.overlay else None
    return path.exists() if staged is None else staged.after is not None
