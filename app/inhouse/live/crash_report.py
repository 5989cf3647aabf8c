"""A report of a fault of our own: where it happened, and nothing of what the person works on."""

import os
import platform
import secrets
import sys
import sysconfig
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, cast

from inhouse import __version__
from inhouse.sanitise import sanitise
from inhouse.streams import FULL
from inhouse_agent.folders import state_folder

MOST_KEPT: Final = 20
MOST_FRAMES: Final = 60
MOST_FAULTS: Final = 10
# Their messages name code. Those of others may hold what stood in a file or a prompt.
TELLING: Final = (
    AttributeError,
    ImportError,
    IndexError,
    NameError,
    RecursionError,
    TypeError,
    ZeroDivisionError,
)
HEAD: Final = (
    "This report holds no prompts, no answers, no names or contents of your files, and no values "
    "of variables."
)

TOLD: Final = """\
inhouse has stopped because of a fault of its own: {place}.
Your session and what you were writing are kept. Go on with: inhouse -c
"""
REPORT: Final = """\
A report without your prompts and files is in {path}
To have this fixed: read the report, and send it along with what you did just before.
"""
NO_REPORT: Final = "A report of it could not be written.\n"


class TellingCrashes:
    """While it is entered, a fault is written down and told on standard error, and goes no
    further. What ends the program on purpose is no fault, nor is output that nobody takes."""

    def __init__(self, part: str) -> None:
        self._part = part

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(fault, Exception) or isinstance(fault, BrokenPipeError):
            return False
        if isinstance(fault, OSError) and fault.errno in FULL:
            return False
        sys.stderr.write(tell_crash(fault, self._part))
        return True


def tell_crash(fault: BaseException, part: str) -> str:
    """What a person reads about a fault, which is also written down."""
    path = write_report(fault, part)
    report = REPORT.format(path=path) if path else NO_REPORT
    return sanitise(TOLD.format(place=place_of(fault)) + report)


def write_report(fault: BaseException, part: str) -> Path | None:
    """Keeps a report for the person's eyes only; None when it cannot be written.

    `part` is the part of the program that failed. Only the newest reports are kept.
    """
    now = datetime.now(UTC)
    try:
        folder = state_folder() / "crashes"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}.txt"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(describe_fault(fault, part, now))
        for old in sorted(folder.glob("*.txt"))[:-MOST_KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return None
    return path


def describe_fault(fault: BaseException, part: str, now: datetime) -> str:
    """The text of a report."""
    facts = {
        "time": now.isoformat(timespec="seconds"),
        "inhouse": __version__,
        "part": part,
        "python": platform.python_version(),
        "system": platform.platform(),
        "terminal": f"{os.environ.get('TERM', '')} {os.environ.get('COLORTERM', '')}".strip(),
    }
    lines = [HEAD, "", *(f"{name}: {value}" for name, value in facts.items())]
    for number, one in enumerate(chain_of(fault)):
        lines += ["", *(["which came after:"] if number else []), *_describe_one(one)]
    return "\n".join(lines) + "\n"


def place_of(fault: BaseException) -> str:
    """The fault and where it happened, in a few words."""
    frames = traceback.extract_tb(fault.__traceback__)
    where = f" in {_short(frames[-1].filename)}, line {frames[-1].lineno}" if frames else ""
    return f"{type(fault).__qualname__}{where}"


def chain_of(fault: BaseException) -> Iterator[BaseException]:
    """The fault, those inside it and those before it, each once."""
    waiting, seen = [fault], set[int]()
    while waiting and len(seen) < MOST_FAULTS:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, BaseExceptionGroup):
            waiting += cast("tuple[BaseException, ...]", one.exceptions)
        before = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        waiting += [before] if before is not None else []


def _describe_one(fault: BaseException) -> list[str]:
    name = f"{type(fault).__module__}.{type(fault).__qualname__}"
    frames = traceback.extract_tb(fault.__traceback__)
    lines: list[str] = []
    for frame in frames[-MOST_FRAMES:]:
        lines.append(f'  File "{_short(frame.filename)}", line {frame.lineno}, in {frame.name}')
        if frame.line:
            lines.append(f"    {frame.line.strip()}")
    return [*lines, f"{name}{_message(fault)}"]


def _message(fault: BaseException) -> str:
    if isinstance(fault, OSError) and fault.strerror:
        return f": {fault.strerror}"
    if type(fault) in TELLING:
        return f": {fault}"
    return " (its message is left out)"


def _short(filename: str) -> str:
    """A file of ours, of a library or of Python, without where they lie on this machine."""
    path = Path(filename)
    places = [Path(entry) for entry in sys.path if entry]
    places += [Path(sysconfig.get_path("stdlib")), Path(sysconfig.get_path("purelib"))]
    inside = [place for place in places if path.is_relative_to(place)]
    if not inside:
        return path.name
    return path.relative_to(max(inside, key=lambda place: len(place.parts))).as_posix()
