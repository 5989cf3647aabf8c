"""The models on this machine: which there are, where they lie, and that they are unharmed."""

import asyncio
import contextlib
import hashlib
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from inhouse_models.catalogue import CatalogueEntry, find_entry, load_catalogue
from inhouse_models.gguf import GgufFault, GgufHeader, read_header
from inhouse_models.record import Record, Stamp, read_record, record_path, write_record
from inhouse_models.transfer import Progress, hash_file, ignore_progress, land

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
    """One model file.

    `path` is where the bytes lie. `entry` is what the catalogue knows of it. `stored` is False
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


def models_folder() -> Path:
    """Where model files are kept: the XDG data folder."""
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "inhouse" / "models"


class Store:
    """The model files below one folder. Nothing here needs a network."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or models_folder()

    @property
    def downloads(self) -> Path:
        """Where half-fetched files wait, one folder per model."""
        return self.folder / "downloads"

    def list(self) -> tuple[ModelFile, ...]:
        """Every model file that is here, by name; projectors belong to their models."""
        projectors = {entry.stored_projector_name for entry in load_catalogue()}
        paths = sorted(self.folder.glob(f"*{SUFFIX}"))
        return tuple(self._look_at(path) for path in paths if path.name not in projectors)

    def find(self, wanted: str) -> ModelFile | StoreFault:
        """The model meant by a catalogue name, an alias, a file name, its start, or a path.

        Reads no weights: `prepare` also checks them.
        """
        entry = find_entry(wanted)
        stored = self.list()
        names = {wanted.lower(), wanted.lower() + SUFFIX}
        for model in stored:
            if model.path.name == wanted or (entry and model.entry == entry):
                return self._present(model)
            if model.name.lower() + SUFFIX in names:
                return self._present(model)
            if model.record and model.record.source == wanted:
                return self._present(model)
        if entry:
            return StoreFault(
                "no_model",
                f"{entry.title} is not on this machine yet: inhouse models pull {wanted}",
            )
        if os.sep in wanted or wanted.endswith(SUFFIX):
            return self._find_path(Path(wanted).expanduser())
        return self._find_start(wanted, stored)

    async def prepare(
        self, wanted: str, progress: Progress = ignore_progress
    ) -> ModelFile | StoreFault:
        """The model meant by `wanted`, whole and unchanged: what an engine may load."""
        found = self.find(wanted)
        return found if isinstance(found, StoreFault) else await self.check(found, progress)

    async def check(
        self, model: ModelFile, progress: Progress = ignore_progress, *, thorough: bool = False
    ) -> ModelFile | StoreFault:
        """The model if it is a whole GGUF file with the hash it should have.

        Weights are read only when the file is not the one whose hash was taken before, by size,
        times and inode, or when `thorough`. A file that nobody vouches for, such as a plain path,
        should have the hash that it had when it was used first.
        """
        header = await asyncio.to_thread(read_header, model.path)
        if isinstance(header, GgufFault):
            return StoreFault("load", header.text)
        record, promised = model.record, _promised_hash(model)
        stamp = Stamp.of(model.path)
        if record and record.stamp == stamp and record.sha256 == promised and not thorough:
            return model
        digest = await hash_file(model.path, progress, f"checking {model.name}")
        actual = digest.hexdigest()
        if promised and actual != promised:
            return StoreFault("load", _describe_mismatch(model, actual))
        source = record.source if record else "found in the store" if model.stored else "a path"
        first_seen = record.first_seen if record else ""
        return self._keep_record(model, Record.new(actual, stamp, source, first_seen))

    async def trust(
        self, wanted: str, progress: Progress = ignore_progress
    ) -> ModelFile | StoreFault:
        """Accept the weights that a file has now, where nobody else vouches for other ones."""
        found = self.find(wanted)
        if isinstance(found, StoreFault):
            return found
        header = await asyncio.to_thread(read_header, found.path)
        if isinstance(header, GgufFault):
            return StoreFault("load", header.text)
        stamp = Stamp.of(found.path)
        digest = (await hash_file(found.path, progress, f"hashing {found.name}")).hexdigest()
        if _is_vouched_for(found) and digest != _promised_hash(found):
            return StoreFault("load", _describe_mismatch(found, digest))
        source = found.record.source if found.record else "accepted"
        return self._keep_record(found, Record.new(digest, stamp, source))

    async def add(self, path: Path, progress: Progress = ignore_progress) -> ModelFile | StoreFault:
        """Make a GGUF file that lies elsewhere known by name. Its bytes stay where they are."""
        link = await asyncio.to_thread(self._link, path)
        if isinstance(link, StoreFault):
            return link
        model = self._look_at(link)
        stamp = Stamp.of(model.path)
        digest = await hash_file(model.path, progress, f"hashing {model.name}")
        record = Record.new(digest.hexdigest(), stamp, f"added from {model.path}")
        return self._keep_record(model, record)

    def _link(self, path: Path) -> Path | StoreFault:
        path = path.expanduser().resolve()
        if not path.is_file():
            return StoreFault("no_model", f"{path} is not a file")
        header = read_header(path)
        if isinstance(header, GgufFault):
            return StoreFault("load", header.text)
        link = self.folder / f"{path.name.removesuffix(SUFFIX)}{SUFFIX}"
        if link.is_symlink() and not link.exists():
            link.unlink()
        if not link.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path)
        if link.resolve() != path:
            return StoreFault(
                "load", f"the store has another {link.name}: inhouse models rm {link.stem}"
            )
        return link

    def remove(self, wanted: str) -> ModelFile | StoreFault:
        """Forget a model: delete its file, or only the reference to a file elsewhere."""
        found = next((model for model in self.list() if self._means(wanted, model)), None)
        if found is None:
            return StoreFault("no_model", f"there is no model {wanted} in {self.folder}")
        file = self.folder / f"{found.name}{SUFFIX}"
        file.unlink()
        record_path(file).unlink(missing_ok=True)
        shutil.rmtree(self.downloads / found.name, ignore_errors=True)
        shared = {model.projector for model in self.list()}
        if found.projector and found.projector not in shared:
            found.projector.unlink()
            record_path(found.projector).unlink(missing_ok=True)
        return found

    def adopt(self, temporary: Path, name: str, sha256: str, source: str) -> ModelFile:
        """Take a finished download into the store under `name`; `sha256` was checked."""
        target = self.folder / f"{name}{SUFFIX}"
        land(temporary, target)
        record = Record.new(sha256, Stamp.of(target), source)
        return self._keep_record(self._look_at(target), record)

    def _keep_record(self, model: ModelFile, record: Record) -> ModelFile:
        # A store that cannot be written to still serves its models; they are hashed each time.
        if not model.stored:
            kept = self._seen_path(model.path)
            with contextlib.suppress(PermissionError):
                kept.parent.mkdir(parents=True, exist_ok=True)
                write_record(kept, record)
            return replace(model, record=record)
        file = self.folder / f"{model.name}{SUFFIX}"
        with contextlib.suppress(OSError):
            write_record(record_path(file), record)
        return self._look_at(file)

    def _seen_path(self, path: Path) -> Path:
        """Where the record of a file outside of the store is kept."""
        name = hashlib.sha256(os.fsencode(path)).hexdigest()[:32]
        return self.folder / "seen" / f"{name}.json"

    def _look_at(self, file: Path) -> ModelFile:
        name = file.name.removesuffix(SUFFIX)
        entry = find_entry(name)
        projector = None
        if entry and entry.stored_projector_name:
            candidate = self.folder / entry.stored_projector_name
            projector = candidate if candidate.is_file() else None
        path = file.resolve()
        return ModelFile(
            name=name,
            path=path,
            size=path.stat().st_size if path.is_file() else 0,
            entry=entry,
            record=read_record(record_path(file)),
            reference=file.is_symlink(),
            projector=projector,
        )

    def _present(self, model: ModelFile) -> ModelFile | StoreFault:
        if model.path.is_file():
            return model
        return StoreFault(
            "load",
            f"{model.name} points to {model.path}, which is gone: put it back, "
            f"or inhouse models rm {model.name}",
        )

    def _means(self, wanted: str, model: ModelFile) -> bool:
        entry = find_entry(wanted)
        return (
            wanted.removesuffix(SUFFIX) == model.name
            or (entry is not None and entry == model.entry)
            or (model.record is not None and model.record.source == wanted)
        )

    def _find_path(self, path: Path) -> ModelFile | StoreFault:
        if not path.is_file():
            return StoreFault("no_model", f"there is no model file {path}")
        path = path.resolve()
        if path.parent == self.folder.resolve():
            return self._look_at(path)
        size = path.stat().st_size
        # Only a hint for prompts and sampling: a file of exactly this many bytes.
        entry = next((entry for entry in load_catalogue() if entry.size == size), None)
        name = path.name.removesuffix(SUFFIX)
        record = read_record(self._seen_path(path))
        return ModelFile(name, path, size, entry, record, stored=False)

    def _find_start(self, wanted: str, stored: tuple[ModelFile, ...]) -> ModelFile | StoreFault:
        matches = [model for model in stored if model.name.lower().startswith(wanted.lower())]
        if len(matches) == 1:
            return self._present(matches[0])
        if matches:
            names = ", ".join(model.name for model in matches)
            return StoreFault("no_model", f"{wanted} can mean {names}: give more of the name")
        return StoreFault(
            "no_model", f"there is no model {wanted}: inhouse models list shows what there is"
        )


def _is_vouched_for(model: ModelFile) -> bool:
    """Whether the catalogue says which bytes this file has."""
    entry = model.entry
    return entry is not None and bool(entry.sha256) and model.stored and not model.reference


def _promised_hash(model: ModelFile) -> str | None:
    if model.entry and _is_vouched_for(model):
        return model.entry.sha256
    return model.record.sha256 if model.record else None


def _describe_mismatch(model: ModelFile, actual: str) -> str:
    if _is_vouched_for(model):
        return (
            f"{model.path} is not the file that was published (its hash differs) and is not "
            f"loaded: inhouse models rm {model.name}, then pull it again"
        )
    name = model.name if model.stored else str(model.path)
    first = model.record.first_seen[:10] if model.record else ""
    before = model.record.sha256[:12] if model.record else ""
    return (
        f"{model.path} has changed since it was first used ({first}): its hash was {before}… and "
        f"is {actual[:12]}… now, so it is not loaded. If that was you: inhouse models trust {name}"
    )


def read_stored_header(model: ModelFile) -> GgufHeader | StoreFault:
    """The header of a model that was found, for a memory plan or `models info`."""
    header = read_header(model.path)
    return StoreFault("load", header.text) if isinstance(header, GgufFault) else header
