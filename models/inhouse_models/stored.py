"""What the store says of a model: where it lies and what is known of it, or why it has none."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from inhouse_models.catalogue import CatalogueEntry
from inhouse_models.parts import files_of
from inhouse_models.record import Record

SUFFIX = ".gguf"


@dataclass(frozen=True, slots=True)
class StoreFault:
    """Why a model cannot be used, and what to do, in a sentence for a person.

    `kind` is `no_model` when there is none of that name, `load` when there is one and it is
    unusable.
    """

    kind: Literal["no_model", "load"]
    text: str


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One model.

    `path` is where the bytes lie, or the first of several files, whose names stay as they are;
    `size` is of all of them. `entry` is what the catalogue knows of it. `stored` is False
    for a plain path the person named. `reference` is True when the store only points to a file
    elsewhere. `projector` is the file that lets it see images, when it is here.
    """

    name: str
    path: Path
    size: int
    entry: CatalogueEntry | None = None
    record: Record | None = None
    stored: bool = True
    reference: bool = False
    projector: Path | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file of it, the first one first; those that are gone as well."""
        return files_of(self.path)


@dataclass(frozen=True, slots=True)
class Origin:
    """Of a file that another program keeps: its name here, where it is from, what it should be.

    `name` is that of the file, and `sha256` is not compared, where they are empty.
    """

    name: str = ""
    source: str = ""
    sha256: str = ""
