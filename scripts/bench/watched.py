"""Runs a program with input and measures how much memory it and all its children take."""

import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LOOK_SECONDS = 0.03


@dataclass(frozen=True, slots=True)
class Watched:
    """Its output, how long it ran and its peak memory in bytes, 0 where that cannot be seen.

    Pages that several processes share are counted once.
    """

    output: str
    seconds: float
    peak: int


def run_watched(command: Sequence[str], text: str) -> Watched:
    """Run a program to its end. Raises CalledProcessError with its errors when it fails."""
    peak = 0
    with (
        tempfile.TemporaryFile("w+") as source,
        tempfile.TemporaryFile("w+") as output,
        tempfile.TemporaryFile("w+") as errors,
    ):
        source.write(text)
        source.seek(0)
        began = time.perf_counter()
        with subprocess.Popen(command, stdin=source, stdout=output, stderr=errors) as process:
            while process.poll() is None:
                peak = max(peak, sum(map(_memory_of, _family_of(process.pid))))
                time.sleep(LOOK_SECONDS)
        seconds = time.perf_counter() - began
        output.seek(0)
        errors.seek(0)
        written, said = output.read(), errors.read()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, written, said)
    return Watched(written, seconds, peak)


def _family_of(pid: int) -> list[int]:
    """A process and all that it started."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        children.setdefault(_parent_of(int(entry.name)), []).append(int(entry.name))
    family = [pid]
    for member in family:
        family += children.get(member, [])
    return family


def _parent_of(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    return int(fields.rpartition(")")[2].split()[1])


def _memory_of(pid: int) -> int:
    """Bytes of a process, of shared pages its part."""
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
    except OSError:
        return 0
    for line in told.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
