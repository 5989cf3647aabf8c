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
from inhouse_tools.writing.descent import Descent, Spot
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
        ours = {self._spot(step.name) for step in steps} if not refused else set[Spot]()
        with Descent() as descent:
            for spot, mode in reversed(opened.items()):
                if spot not in ours:
                    with contextlib.suppress(OSError):
                        descent.give_mode(spot, mode)
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
        wanted = [step for step in by_depth if step.wanted.kind == "folder"]
        with Descent() as descent:
            for step in reversed(by_depth):
                if step.now.kind == "folder" and step.wanted.kind == "missing":
                    left += self._remove(step, descent)
            for step in wanted:
                left += self._make(step, descent)
            for step in reversed(wanted):
                left += self._give_mode(step, descent)
        return left

    def _give_mode(self, step: Step, descent: Descent) -> list[str]:
        try:
            descent.give_mode(self._spot(step.name), step.wanted.mode)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            return [f"{shown(step.name)} did not get its mode back: {reason}."]
        return []

    def _remove(self, step: Step, descent: Descent) -> list[str]:
        spot = self._spot(step.name)
        try:
            if spot.parts:
                os.rmdir(spot.name, dir_fd=descent.open(spot.folder))
            else:
                spot.base.rmdir()
        except FileNotFoundError:
            return []
        except OSError as error:
            return [f"{shown(step.name)} stays: {(error.strerror or str(error)).lower()}."]
        return []

    def _make(self, step: Step, descent: Descent) -> list[str]:
        try:
            descent.open(self._spot(step.name), make=True)
            descent.trim()
        except OSError as error:
            return [of_os_error(error, shown(step.name), "make").text]
        return []

    def _open_folders(self, steps: Sequence[Step]) -> dict[Spot, int]:
        """Lets files be written into folders that forbid it; returns the modes they had."""
        opened: dict[Spot, int] = {}
        spots = {self._spot(step.name) for step in steps}
        with Descent() as descent:
            for spot in sorted({one.folder for one in spots}, key=lambda one: one.parts):
                with contextlib.suppress(OSError):
                    path = spot.base.joinpath(*spot.parts)
                    facts = path.lstat()
                    if not may(path, os.R_OK | os.W_OK | os.X_OK):
                        descent.give_mode(spot, stat.S_IMODE(facts.st_mode) | stat.S_IRWXU)
                        opened[spot] = stat.S_IMODE(facts.st_mode)
        return opened

    def _spot(self, name: bytes) -> Spot:
        """Where a path is, reached step by step: no part of it may have become a link."""
        base = Path(os.fsdecode(self._ground.base_of(name)))
        return Spot(base, self._ground.place(name).relative_to(base).parts)


def _is_about_files(step: Step) -> bool:
    return not {step.now.kind, step.wanted.kind} <= {"missing", "folder"}


def _files(step: Step) -> list[Entry]:
    return [one for one in (step.now, step.wanted) if one.kind == "file"]
