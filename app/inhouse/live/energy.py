"""The energy that processor and graphics card use, where the system lets anybody read it."""

import asyncio
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

COUNTERS: Final = Path("/sys/class/powercap")
PACKAGE: Final = "intel-rapl:?"
MICRO: Final = 1e-6
ASKED: Final = "nvidia-smi"
WATTS: Final = ("--query-gpu=power.draw", "--format=csv,noheader,nounits")
PATIENCE_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Counter:
    """One package's counter in microjoules, which begins again at 0 behind `most`."""

    file: Path
    start: int
    most: int

    def joules(self) -> float | None:
        """Since the start; None when it can no longer be read. One wrap is seen, not several."""
        now = _read(self.file)
        if now is None:
            return None
        passed = now - self.start
        return MICRO * (passed if passed >= 0 else passed + self.most)


@dataclass(slots=True)
class Energy:
    """What all packages have used since this value was made."""

    folder: Path = COUNTERS
    _counters: Sequence[Counter] = field(init=False)

    def __post_init__(self) -> None:
        """Where the counters stand now."""
        self._counters = [
            Counter(file, start, _read(file.with_name("max_energy_range_uj")) or 0)
            for file in sorted(self.folder.glob(f"{PACKAGE}/energy_uj"))
            if (start := _read(file)) is not None
        ]

    @property
    def joules(self) -> float | None:
        """None where nobody tells."""
        values = [counter.joules() for counter in self._counters]
        known = [value for value in values if value is not None]
        return sum(known) if known else None


async def read_watts() -> float | None:
    """What the graphics cards draw now; None where there is no program that tells."""
    from inhouse_tools import process

    program = await asyncio.to_thread(_find_program)
    if program is None:
        return None
    answer = await process.run((program, *WATTS), cwd=Path("/"), timeout=PATIENCE_SECONDS)
    if not isinstance(answer, process.Result) or answer.exit_code != 0:
        return None
    try:
        return sum(float(line) for line in answer.output.splitlines() if line.strip())
    except ValueError:
        # Some cards answer that they do not know.
        return None


def _find_program() -> str | None:
    """Where it lies, and never one that the repository we stand in brings along."""
    folders = os.environ.get("PATH", "").split(os.pathsep)
    absolute = os.pathsep.join(folder for folder in folders if folder.startswith("/"))
    program = shutil.which(ASKED, path=absolute)
    if program is None or Path(program).resolve().is_relative_to(Path.cwd()):
        return None
    return program


def _read(file: Path) -> int | None:
    """The number in a file, if it may be read: usually only root may."""
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
