"""Takes found models into the store: a name that points to the file, and the hash it has now."""

import os
from collections.abc import Iterable
from dataclasses import replace

from inhouse_models.importing.finding import NamedModel, without_entry
from inhouse_models.importing.judging import Judgement
from inhouse_models.store import ModelFile, Origin, Store, StoreFault
from inhouse_models.transfer import Progress, ignore_progress


def already_here(named: NamedModel, here: Iterable[ModelFile]) -> str:
    """The name under which the store has this file, or the same bytes; empty when it has not."""
    # References to several files keep the names of those, which links of other programs may lack.
    path = os.path.realpath(named.model.path)
    same = (one.name for one in here if os.path.realpath(one.path) == path or _is_copy(one, named))
    return next(same, "")


def _is_copy(stored: ModelFile, named: NamedModel) -> bool:
    if named.entry is not None and stored.entry == named.entry:
        return True
    known, record = named.model.sha256, stored.record
    return bool(known) and record is not None and record.sha256 == known


async def add_found(
    store: Store,
    named: NamedModel,
    judgement: Judgement,
    progress: Progress = ignore_progress,
) -> ModelFile | StoreFault:
    """Make a found model known. Its bytes stay where they are; they are read once for their hash.

    A fault when the file cannot be used, or is not what its own program says it is.
    """
    if not judgement.usable:
        return StoreFault("load", f"{named.model.title} cannot be used: {judgement.problem}")
    if known := already_here(named, store.list()):
        return StoreFault("load", f"{named.model.title} is here already, as {known}")
    model, entry = named.model, named.entry
    origin = Origin(named.name, model.source, model.sha256)
    added = await store.add(model.path, progress, origin)
    if isinstance(added, StoreFault) or added.record is None:
        return added
    if entry is None or entry.sha256 in (None, added.record.sha256):
        return added
    # It has the name and size of the catalogue's model, and is another one.
    store.remove(named.name)
    return await store.add(model.path, progress, replace(origin, name=without_entry(named).name))
