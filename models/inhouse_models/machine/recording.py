"""Machines as files: what one answered is written down, and answers again elsewhere."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from inhouse_models.machine.facts import Bandwidth
from inhouse_models.machine.source import NvidiaAnswer, Source


@dataclass(frozen=True, slots=True)
class RecordedMachine:
    """Answers from a file; `origin` says whether they were recorded, or written after what."""

    origin: str
    system: str
    architecture: str
    cores: tuple[int, ...]
    disk_free: int | None = None
    bandwidth: Bandwidth | None = None
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    values: Mapping[str, str] = field(default_factory=dict[str, str])
    cards: tuple[NvidiaAnswer, ...] = ()

    def read(self, path: str) -> str:
        """A file that was recorded."""
        return self.files.get(path, "").strip()

    def find(self, pattern: str) -> tuple[str, ...]:
        """Of the recorded files."""
        depth = pattern.count("/")
        matching = (path for path in self.files if path.count("/") == depth)
        return tuple(sorted(path for path in matching if fnmatchcase(path, pattern)))

    def sysctl(self, name: str) -> str:
        """A value that was recorded."""
        return self.values.get(name, "")

    def nvidia(self) -> tuple[NvidiaAnswer, ...]:
        """The recorded cards."""
        return self.cards

    def allowed_cores(self) -> tuple[int, ...]:
        """The recorded cores."""
        return self.cores

    def free_disk(self, folder: Path) -> int | None:
        """As it was, whatever the folder."""
        del folder
        return self.disk_free

    def copying(self, threads: int) -> Bandwidth | None:
        """As it was measured."""
        del threads
        return self.bandwidth


def read_recording(text: str) -> RecordedMachine:
    """The machine that a recording in TOML describes. Raises on one that is not a recording."""
    table: dict[str, Any] = tomllib.loads(text)
    bandwidth = table.get("bandwidth")
    cores: int | list[int] = table["cores"]
    return RecordedMachine(
        origin=table["origin"],
        system=table["system"],
        architecture=table["architecture"],
        cores=tuple(range(cores)) if isinstance(cores, int) else tuple(cores),
        disk_free=table.get("disk_free"),
        bandwidth=Bandwidth(**bandwidth) if bandwidth else None,
        files=table.get("files", {}),
        values=table.get("sysctl", {}),
        cards=tuple(NvidiaAnswer(**card) for card in table.get("nvidia", ())),
    )


class Recorder:
    """A source that passes questions on to another one and keeps what was answered."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._files: dict[str, str] = {}
        self._values: dict[str, str] = {}
        self._cards: tuple[NvidiaAnswer, ...] = ()
        self._disk: int | None = None
        self._bandwidth: Bandwidth | None = None

    @property
    def system(self) -> str:
        """Of the other source."""
        return self._source.system

    @property
    def architecture(self) -> str:
        """Of the other source."""
        return self._source.architecture

    def read(self, path: str) -> str:
        """Kept when there is something."""
        text = self._source.read(path)
        if text:
            self._files[path] = text
        return text

    def find(self, pattern: str) -> tuple[str, ...]:
        """Files that only have to be there are kept as empty ones."""
        found = self._source.find(pattern)
        for path in found:
            self._files.setdefault(path, "")
        return found

    def sysctl(self, name: str) -> str:
        """Kept when there is something."""
        value = self._source.sysctl(name)
        if value:
            self._values[name] = value
        return value

    def nvidia(self) -> tuple[NvidiaAnswer, ...]:
        """Kept."""
        self._cards = self._source.nvidia()
        return self._cards

    def allowed_cores(self) -> tuple[int, ...]:
        """Of the other source."""
        return self._source.allowed_cores()

    def free_disk(self, folder: Path) -> int | None:
        """Kept, without the folder's name."""
        self._disk = self._source.free_disk(folder)
        return self._disk

    def copying(self, threads: int) -> Bandwidth | None:
        """Kept."""
        self._bandwidth = self._source.copying(threads)
        return self._bandwidth

    def write(self, origin: str) -> str:
        """What was answered so far, as a recording."""
        head = {
            "origin": origin,
            "system": self.system,
            "architecture": self.architecture,
            "cores": list(self.allowed_cores()),
            "disk_free": self._disk,
        }
        tables = [_write_table("", head)]
        if self._bandwidth:
            tables.append(_write_table("[bandwidth]", asdict(self._bandwidth)))
        tables += [_write_table("[[nvidia]]", asdict(card)) for card in self._cards]
        tables.append(_write_table("[files]", dict(sorted(self._files.items()))))
        tables.append(_write_table("[sysctl]", dict(sorted(self._values.items()))))
        return "\n".join(tables)


def _write_table(title: str, values: Mapping[str, Any]) -> str:
    lines = [title] if title else []
    lines += [
        f"{_quote(key)} = {_write(value)}" for key, value in values.items() if value is not None
    ]
    return "\n".join(lines) + "\n"


def _write(value: str | int | list[int]) -> str:
    """As TOML; a text of several lines stays readable."""
    if not isinstance(value, str):
        return str(value)
    if "\n" not in value:
        return _quote(value)
    lines = (_quote(line)[1:-1] for line in value.strip("\n").split("\n"))
    return '"""\n' + "\n".join(lines) + '\n"""'


def _quote(text: str) -> str:
    """A TOML string; what may not stand in one is escaped."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(one if _plain(one) else f"\\U{ord(one):08x}" for one in escaped) + '"'


def _plain(character: str) -> bool:
    return character >= " " and character != "\x7f"
