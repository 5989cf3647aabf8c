"""The models on this machine: which there are, where they lie, and that they are unharmed."""

import asyncio
import contextlib
import hashlib
import os
import shutil
from dataclasses import replace
from pathlib import Path

from inhouse_models.catalogue import find_entry, load_catalogue
from inhouse_models.gguf import GgufFault, GgufHeader, read_header
from inhouse_models.linking import choose_links
from inhouse_models.parts import (
    describe_missing,
    files_of,
    missing_files,
    read_part_name,
    size_of_files,
)
from inhouse_models.record import Record, Stamp, read_record, record_path, write_record
from inhouse_models.stored import SUFFIX, ModelFile, Origin, StoreFault
from inhouse_models.transfer import Progress, hash_file, ignore_progress, land

# The source of a file that somebody has put into the store by hand.
FOUND_IN_STORE = "found in the store"
# The same, once a person has said that its bytes are right.
ACCEPTED = "accepted"


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
        """Every model that is here, by name; projectors belong to their models."""
        projectors = {entry.stored_projector_name for entry in load_catalogue()}
        paths = sorted(self.folder.glob(f"*{SUFFIX}"))
        firsts = dict.fromkeys(files_of(path)[0] for path in paths if path.name not in projectors)
        return tuple(self._look_at(path) for path in firsts)

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
            if _comes_from(model, wanted):
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
        should have the hash that it had when it was used first. So should each of several files.
        """
        header = await asyncio.to_thread(read_header, model.path)
        if isinstance(header, GgufFault):
            return StoreFault("load", header.text)
        checked: ModelFile | StoreFault = model
        for file in self._apart(model):
            checked = await self._check_file(file, progress, thorough=thorough)
            if isinstance(checked, StoreFault):
                return checked
        return checked if len(model.files) == 1 else self._again(model)

    async def _check_file(
        self, model: ModelFile, progress: Progress, *, thorough: bool
    ) -> ModelFile | StoreFault:
        record, promised = model.record, _promised_hash(model)
        stamp = Stamp.of(model.path)
        if record and record.stamp == stamp and record.sha256 == promised and not thorough:
            return model
        digest = await hash_file(model.path, progress, f"checking {model.name}")
        actual = digest.hexdigest()
        if promised and actual != promised:
            return StoreFault("load", _describe_mismatch(model, actual))
        source = record.source if record else FOUND_IN_STORE if model.stored else "a path"
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
        whole = found
        for file in self._apart(whole):
            stamp = Stamp.of(file.path)
            digest = (await hash_file(file.path, progress, f"hashing {file.name}")).hexdigest()
            if _is_vouched_for(file) and digest != _promised_hash(file):
                return StoreFault("load", _describe_mismatch(file, digest))
            source = file.record.source if file.record else ACCEPTED
            found = self._keep_record(file, Record.new(digest, stamp, source))
        return found if len(whole.files) == 1 else self._again(whole)

    def _apart(self, model: ModelFile) -> tuple[ModelFile, ...]:
        """The model file by file, each under its own name and with its own record."""
        if len(model.files) == 1:
            return (model,)
        apart: list[ModelFile] = []
        for file in model.files:
            kept = record_path(file) if model.stored else self._seen_path(file)
            name = file.name.removesuffix(SUFFIX)
            size, record = file.stat().st_size, read_record(kept)
            apart.append(ModelFile(name, file, size, None, record, model.stored, model.reference))
        return tuple(apart)

    def _again(self, model: ModelFile) -> ModelFile:
        """A model in several files as it is known now."""
        if model.stored:
            return self._look_at(model.path)
        return replace(model, record=read_record(self._seen_path(model.path)))

    async def add(
        self, path: Path, progress: Progress = ignore_progress, origin: Origin | None = None
    ) -> ModelFile | StoreFault:
        """Make a GGUF file that lies elsewhere known by name. Its bytes stay where they are.

        It is known once its hash was taken; stopped before, nothing is left behind.
        """
        origin = origin or Origin()
        chosen = await asyncio.to_thread(choose_links, self.folder, path, origin.name)
        if isinstance(chosen, StoreFault):
            return chosen
        known: list[tuple[Path, Path, Record]] = []
        for file, link in chosen:
            stamp = Stamp.of(file)
            name = link.name.removesuffix(SUFFIX)
            digest = (await hash_file(file, progress, f"hashing {name}")).hexdigest()
            if origin.sha256 and digest != origin.sha256:
                return StoreFault(
                    "load", f"{file} is damaged: its hash is not {origin.sha256[:12]}…"
                )
            source = origin.source or f"added from {chosen[0][0]}"
            known.append((file, link, Record.new(digest, stamp, source)))
        for file, link, record in known:
            if not link.exists():
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(file)
            with contextlib.suppress(OSError):
                write_record(record_path(link), record)
        return self._look_at(known[0][1])

    def remove(self, wanted: str) -> ModelFile | StoreFault:
        """Forget a model: delete its file, or only the reference to a file elsewhere."""
        found = next((model for model in self.list() if self._means(wanted, model)), None)
        if found is None:
            return StoreFault("no_model", f"there is no model {wanted} in {self.folder}")
        first = found.path if len(found.files) > 1 else self.folder / f"{found.name}{SUFFIX}"
        if found.reference:
            found = replace(found, path=Path(os.path.realpath(first)))
        for file in files_of(first):
            file.unlink(missing_ok=True)
            record_path(file).unlink(missing_ok=True)
        shutil.rmtree(self.downloads / found.name, ignore_errors=True)
        shared = {model.projector for model in self.list()}
        if found.projector and found.projector not in shared:
            found.projector.unlink()
            record_path(found.projector).unlink(missing_ok=True)
        return found

    def adopt(self, temporary: Path, name: str, sha256: str, source: str) -> ModelFile:
        """Take a finished download into the store under `name`, of a model in several files the
        name of one of them; `sha256` was checked."""
        target = self.folder / f"{name}{SUFFIX}"
        land(temporary, target)
        with contextlib.suppress(OSError):
            write_record(record_path(target), Record.new(sha256, Stamp.of(target), source))
        return self._look_at(target)

    def knows(self, file: Path) -> bool:
        """Whether a file of the store is the one whose hash was taken when it came."""
        record = read_record(record_path(file))
        return record is not None and record.stamp == Stamp.of(file)

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
        part = read_part_name(file.name)
        if part:
            first = self.folder.resolve() / files_of(file)[0].name
            return ModelFile(
                name=part.stem,
                path=first,
                size=size_of_files(first),
                record=read_record(record_path(first)),
                reference=first.is_symlink(),
            )
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
        missing = missing_files(model.path)
        if not missing:
            return model
        if len(model.files) > 1:
            gone = describe_missing(missing)
            return StoreFault(
                "load",
                f"{model.name} has {len(model.files)} files in {self.folder}, and {gone}: put "
                f"back what was there, or inhouse models rm {model.name}",
            )
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
            or _comes_from(model, wanted)
        )

    def _find_path(self, path: Path) -> ModelFile | StoreFault:
        if not path.is_file():
            return StoreFault("no_model", f"there is no model file {path}")
        # Of several files the names count, which links may have and what they point to may not.
        several = read_part_name(path.name) is not None
        path = path.parent.resolve() / files_of(path)[0].name if several else path.resolve()
        if path.parent == self.folder.resolve():
            return self._look_at(path)
        size = size_of_files(path)
        # Only a hint for prompts and sampling: a file of exactly this many bytes.
        entry = next((entry for entry in load_catalogue() if entry.size == size), None)
        part = read_part_name(path.name)
        name = part.stem if part else path.name.removesuffix(SUFFIX)
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


def _comes_from(model: ModelFile, wanted: str) -> bool:
    """Whether this is its place on the hub, or what another program calls it, as `qwen3:8b`."""
    source = model.record.source if model.record else ""
    return bool(source) and wanted in (source, source.partition(":")[2])


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
    part = read_part_name(model.path.name) if model.stored else None
    name = part.stem if part else model.name if model.stored else str(model.path)
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
