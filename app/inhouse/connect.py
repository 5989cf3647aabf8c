"""Finds the model that should answer and the client that reaches it."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from inhouse.endpoint_keys import KeyProblem, key_for_run
from inhouse.offline import CLASH, RESTART, confine, present_confinement, start_host
from inhouse.settings import Settings
from inhouse.speed_settings import speed_choices
from inhouse_models.adapter import Adapter
from inhouse_models.chat import ModelClient, ModelError
from inhouse_models.host.spawn import HostOptions, start_directly
from inhouse_models.local import LocalClient, LocalModel
from inhouse_models.remote.client import open_remote
from inhouse_models.store import ModelFile, Store, StoreFault

Progress = Callable[[int, int, str], None]
# A model needs room for its context and for everything else on the machine.
USABLE_MEMORY = 0.7
GIB = 1024**3
NO_MODEL = (
    "No model is on this machine yet. Get one with: inhouse models pull starter (inhouse setup "
    "says which suits this machine, inhouse models find which of other programs are here)"
)


async def connect(settings: Settings, progress: Progress) -> ModelClient | ModelError:
    """The client for the model that these settings mean; nothing is started yet.

    `progress` hears of weights that are checked: bytes done, bytes in all, and what for. Once a
    model of this machine is to answer, this process is cut off from the network.
    """
    if settings.endpoint:
        return _reach_server(settings)
    if settings.offline:
        confine(settings)
    model = await find_model(settings, progress)
    if isinstance(model, ModelError):
        return model
    confined = confine(settings).enforced
    drafting = await find_draft_model(settings.draft_model, progress)
    if isinstance(drafting, ModelError):
        return drafting
    options = host_options(settings, model, drafting, confined=confined)
    return LocalClient(local_model(model), options, start_host if confined else start_directly)


def host_options(
    settings: Settings, model: ModelFile, draft_model: Path | None, *, confined: bool
) -> HostOptions:
    """How these settings want the engine of a model to be."""
    return HostOptions(
        model=model.path,
        context=settings.context or None,
        threads=settings.threads,
        idle_seconds=settings.idle_minutes * 60,
        unload_seconds=settings.unload_minutes * 60,
        keep_gpu=settings.release_gpu in ("tell", "never"),
        states_memory=int(settings.states_memory * GIB),
        states_disk=int(settings.states_disk * GIB),
        template=settings.template,
        lora=tuple(find_adapter(text) for text in settings.lora),
        projector=find_projector(settings.projector, model),
        drafting="off" if settings.drafting == "off" else "auto",
        draft_model=draft_model,
        speed=speed_choices(settings),
        confined=confined,
    )


def _reach_server(settings: Settings) -> ModelClient | ModelError:
    if settings.offline:
        return ModelError("no_model", CLASH.format(settings.endpoint))
    if present_confinement().enforced:
        return ModelError("no_model", RESTART.format(settings.endpoint))
    confine(settings)
    key = key_for_run(settings.endpoint, os.environ)
    if isinstance(key, KeyProblem):
        return ModelError("no_model", key.text)
    return open_remote(settings.endpoint, settings.model, settings.context, key)


def find_adapter(text: str) -> Adapter:
    """The adapter that `PATH[:SCALE]` means, from the folder that we stand in."""
    adapter = Adapter.parse(text)
    return replace(adapter, path=adapter.path.absolute())


def find_projector(wanted: str, model: ModelFile) -> Path | None:
    """The file that lets the model see: the one named, else the one that was pulled with it."""
    if wanted == "off":
        return None
    return Path(wanted).expanduser().absolute() if wanted else model.projector


async def find_draft_model(name: str, progress: Progress) -> Path | ModelError | None:
    """The file of the small model that drafts, whole and unchanged; None when none is named."""
    if not name:
        return None
    found = await Store().prepare(name, progress)
    if isinstance(found, StoreFault):
        return ModelError(found.kind, f"The draft model: {found.text}")
    return found.path


async def find_model(settings: Settings, progress: Progress) -> ModelFile | ModelError:
    """The model file to load, whole and unchanged: the one named, else the best one here."""
    store = Store()
    wanted = settings.model or best_model(store.list())
    if not wanted:
        return ModelError("no_model", NO_MODEL)
    found = store.find(wanted)
    if isinstance(found, ModelFile):
        # Before its weights are read for their hash, which takes minutes for such a file.
        if problem := hopeless(found):
            return ModelError("load", problem)
        found = await store.check(found, progress)
    return ModelError(found.kind, sentence(found.text)) if isinstance(found, StoreFault) else found


def hopeless(model: ModelFile) -> str:
    """Why no plan can fit this model, in a sentence and a way on; empty where one may."""
    if model.size <= machine_memory():
        return ""
    from inhouse_models.machine import look_at_machine
    from inhouse_models.transfer import describe_size

    cards = sum(card.memory for card in look_at_machine().gpus if not card.shared)
    memory = machine_memory() + cards
    if model.size <= memory:
        return ""
    beside = " with its graphics cards" if cards else ""
    return (
        f"{model.name} takes {describe_size(model.size)}, and this machine has "
        f"{describe_size(memory)} of memory{beside}. What fits: inhouse setup"
    )


def local_model(file: ModelFile) -> LocalModel:
    """What the client should know of a model file."""
    entry = file.entry
    if entry is None:
        return LocalModel(file.path, file.name)
    calm = entry.sampling_without_thinking
    return LocalModel(file.path, file.name, entry.profile, entry.thinks, entry.sampling, calm)


def best_model(models: tuple[ModelFile, ...]) -> str:
    """The name of the largest model that fits in memory, else of the smallest; "" for none."""
    ordered = sorted(models, key=lambda model: model.size)
    room = machine_memory() * USABLE_MEMORY
    fitting = [model for model in ordered if model.size <= room]
    chosen = fitting[-1:] or ordered[:1]
    return chosen[0].name if chosen else ""


def machine_memory() -> int:
    """Bytes of memory in this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def sentence(text: str) -> str:
    """The text with a capital letter, to stand alone."""
    return text[:1].upper() + text[1:]
