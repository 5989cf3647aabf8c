"""Trials of a model as the settings want it: found, made room for, tried and kept."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from inhouse.connect import Progress, find_draft_model, find_model, host_options
from inhouse.offline import confine
from inhouse.settings import Settings
from inhouse.speed_settings import all_choices
from inhouse_models.chat import ModelError
from inhouse_models.host.spawn import HostOptions
from inhouse_models.machine import physical_cores
from inhouse_models.speed.telling import Ended, Failed, Told
from inhouse_models.speed.trying import is_disturbed, keep, make_room, try_out


@dataclass(frozen=True, slots=True)
class Tried:
    """What trials have found. `fault` is why it was not kept, empty when it was; `disturbed` when
    that is because other programs needed the cores."""

    model: str
    ended: Ended
    fault: str = ""
    disturbed: bool = False


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to try, and whether to keep what was found on a machine that was not quiet."""

    quick: bool = False
    busy: bool = False


async def try_out_model(
    settings: Settings, effort: Effort, progress: Progress, tell: Callable[[Told], None]
) -> Tried | ModelError:
    """Try out the model that the settings name, and remember what was found.

    Like an engine, the program that tries is cut off from the network.
    """
    model = await find_model(settings, progress)
    if isinstance(model, ModelError):
        return model
    drafting = await find_draft_model(settings.draft_model, progress)
    if isinstance(drafting, ModelError):
        return drafting
    fault = await make_room()
    if fault:
        return ModelError("load", fault)
    confine(settings)
    options = host_options(settings, model, drafting, confined=False)
    ended = await try_out(options, tell, quick=effort.quick)
    if isinstance(ended, Failed):
        return ModelError("load", ended.text)
    return _keep(model.name, options, ended, settings, effort)


def _keep(
    name: str, options: HostOptions, ended: Ended, settings: Settings, effort: Effort
) -> Tried:
    threads = all_choices(settings).threads or physical_cores()
    if not effort.busy and is_disturbed(ended, threads, os.cpu_count() or 1):
        return Tried(name, ended, _explain_disturbance(ended), disturbed=True)
    return Tried(name, ended, keep(options, name, ended))


def _explain_disturbance(ended: Ended) -> str:
    return (
        f"Other programs kept {ended.others:.1f} cores busy meanwhile, so this says little of the"
        " machine and was not kept. Try it again when it is quiet; --busy keeps it all the same."
    )
