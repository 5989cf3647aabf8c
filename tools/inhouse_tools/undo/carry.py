"""Carries out steps: files and links in one write of all or none, then the folders."""

import contextlib
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from inhouse_tools.refusal import Refusal, of_os_error
from inhouse_tools.undo.contents import read_contents, size_of_content
from inhouse_tools.undo.entry import Entry
from inhouse_tools.undo.ground import Ground, may, shown
from inhouse_tools.undo.steps import Step
from inhouse_tools.undo.store import Store
from inhouse_tools.writing.files import Write, link_digest, write_files

MAX_BATCH_BYTES: Final = 200_000_000


class Carrier:
    """Carries out steps on a ground, with the contents of a store.

    What is too large for the memory at once is written in several parts. When one of them is
    refused, the parts before it are taken back, so that still all or nothing happens; when the
    process is killed, whoever finds the turn half taken back goes on (see History).
    """

    def __init__(self, store: Store, ground: Ground) -> None:
        self._store = store
        self._ground = ground

    def carry_out(self, steps: Sequence[Step]) -> Refusal | list[str]:
        """Does all steps; returns what a person should know, or why nothing was done."""
        with contextlib.suppress(OSError):
            self._ground.place(b"").mkdir(parents=True, exist_ok=True)
        opened = self._open_folders(steps)
        refused = self._write_all([step for step in steps if _is_about_files(step)])
        left = [] if refused else self._change_folders(steps)
        ours = {self._ground.place(step.name) for step in steps} if not refused else set[Path]()
        for path, mode in reversed(opened.items()):
            if path not in ours:
                with contextlib.suppress(OSError):
                    path.chmod(mode)
        return refused or left

    def _write_all(self, steps: Sequence[Step]) -> Refusal | None:
        done: list[Step] = []
        for part in self._parts(steps):
            refused = self._write(part)
            if refused is not None:
                back = [Step(step.name, step.wanted, step.now) for step in done]
                failed = [text for one in self._parts(back) if (text := self._write(one))]
                return failed[0] if failed else refused
            done += part
        return None

    def _parts(self, steps: Sequence[Step]) -> list[list[Step]]:
        """Steps that fit into memory together: what takes something away comes first."""
        ordered = sorted(steps, key=lambda step: step.wanted.kind in {"file", "link"})
        hashes = {one.value for step in steps for one in _files(step)}
        sizes = self._store.run(
            lambda connection: {one: size_of_content(connection, one) for one in hashes}
        )
        known = {} if isinstance(sizes, Refusal) else sizes
        parts: list[list[Step]] = []
        room = 0
        for step in ordered:
            size = sum(known.get(one.value, 0) for one in _files(step))
            if not parts or size > room:
                parts.append([])
                room = MAX_BATCH_BYTES
            parts[-1].append(step)
            room -= size
        return parts

    def _write(self, steps: Sequence[Step]) -> Refusal | None:
        hashes = {step.wanted.value for step in steps if step.wanted.kind == "file"}
        contents = self._store.run(lambda connection: read_contents(connection, hashes))
        if isinstance(contents, Refusal):
            return contents
        writes: list[Write] = []
        for step in steps:
            raw = contents[step.wanted.value] if step.wanted.kind == "file" else None
            if step.wanted.kind == "file" and raw is None:
                return Refusal(f"the recorded content of {shown(step.name)} is damaged.")
            writes.append(self._as_write(step, raw))
        return write_files(writes, self._store.state)

    def _as_write(self, step: Step, raw: bytes | None) -> Write:
        now, wanted = step.now, step.wanted
        expected = now.value.hex() if now.kind == "file" else ""
        if now.kind == "link":
            expected = link_digest(os.fsdecode(now.value))
        return Write(
            Path(os.fsdecode(self._ground.base_of(step.name))),
            self._ground.place(step.name),
            shown(step.name),
            raw,
            expected,
            mode=wanted.mode if wanted.kind == "file" else None,
            link=os.fsdecode(wanted.value) if wanted.kind == "link" else None,
        )

    def _change_folders(self, steps: Sequence[Step]) -> list[str]:
        """Removes and makes folders, and gives them their modes; what cannot be done is said."""
        left: list[str] = []
        by_depth = sorted(steps, key=lambda step: step.name.count(b"/"))
        for step in reversed(by_depth):
            if step.now.kind == "folder" and step.wanted.kind == "missing":
                left += self._remove(step)
        wanted = [step for step in by_depth if step.wanted.kind == "folder"]
        for step in wanted:
            left += self._make(step)
        for step in reversed(wanted):
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                self._ground.place(step.name).chmod(step.wanted.mode)
        return left

    def _remove(self, step: Step) -> list[str]:
        try:
            self._ground.place(step.name).rmdir()
        except FileNotFoundError:
            return []
        except OSError as error:
            return [f"{shown(step.name)} stays: {(error.strerror or str(error)).lower()}."]
        return []

    def _make(self, step: Step) -> list[str]:
        try:
            self._ground.place(step.name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            return [of_os_error(error, shown(step.name), "make").text]
        return []

    def _open_folders(self, steps: Sequence[Step]) -> dict[Path, int]:
        """Lets files be written into folders that forbid it; returns the modes they had."""
        opened: dict[Path, int] = {}
        for path in sorted({self._ground.place(step.name).parent for step in steps}):
            with contextlib.suppress(OSError):
                facts = path.lstat()
                able = may(path, os.R_OK | os.W_OK | os.X_OK)
                if stat.S_ISDIR(facts.st_mode) and not able:
                    opened[path] = stat.S_IMODE(facts.st_mode)
                    path.chmod(opened[path] | stat.S_IRWXU)
        return opened


def _is_about_files(step: Step) -> bool:
    return not {step.now.kind, step.wanted.kind} <= {"missing", "folder"}


def _files(step: Step) -> list[Entry]:
    return [one for one in (step.now, step.wanted) if one.kind == "file"]
