"""Measures a model of this machine, with the machine to itself, and judges what came out."""

import asyncio
import os
from dataclasses import replace

from inhouse.connect import host_options
from inhouse.live.fitting import read_per_token
from inhouse.offline import confine, start_host
from inhouse.setting_up.looking import examine
from inhouse.setting_up.remembering import remember
from inhouse.setting_up.telling import tell_evidence
from inhouse.settings import Settings
from inhouse_models.chat import ModelError
from inhouse_models.gguf import GgufFault, read_header
from inhouse_models.host.places import PlaceError, all_places
from inhouse_models.host.spawn import retire, say_hello, start_directly
from inhouse_models.machine import Machine
from inhouse_models.measuring.asking import Follow, ask_for_measurement
from inhouse_models.measuring.causes import Evidence
from inhouse_models.measuring.measured import Measured
from inhouse_models.memory.device import devices_of
from inhouse_models.memory.plan import MemoryPlan, plan_memory
from inhouse_models.memory.shape import ModelShape, read_shape
from inhouse_models.memory.wish import Wish
from inhouse_models.proposal.expectation import Count, expect
from inhouse_models.proposal.report import Section
from inhouse_models.store import ModelFile, Store, StoreFault

BUSY = (
    "{} answers just now, which would disturb the measurement. When it is done:"
    " inhouse setup --measure"
)
# An engine saves what its conversations hold before it ends.
POLLS, POLL_SECONDS = 600, 0.05
SHARES = 1_000_000


async def measure_here(
    file: ModelFile, context: int, settings: Settings, follow: Follow
) -> Measured | ModelError:
    """Load it as an engine would, with a context of so many tokens (0 to choose), and measure it.

    Engines that are idle end before, since they hold memory; one that answers is left alone.
    """
    busy = await _end_idle_engines()
    if busy:
        return ModelError("load", BUSY.format(busy))
    confined = confine(settings).enforced
    options = host_options(settings, file, None, confined=confined)
    options = replace(options, context=context or None, drafting="off")
    return await ask_for_measurement(options, follow, start_host if confined else start_directly)


async def measure_and_remember(
    file: ModelFile, context: int, machine: Machine, settings: Settings, follow: Follow
) -> Evidence | ModelError:
    """Measure it, and keep what came out beside what this machine should give."""
    measured = await measure_here(file, context, settings, follow)
    if isinstance(measured, ModelError):
        return measured
    evidence = await asyncio.to_thread(collect_evidence, file, context, machine, measured)
    await asyncio.to_thread(remember, file.name, evidence)
    return evidence


async def measure_by_name(
    name: str, context: int, settings: Settings, follow: Follow
) -> Section | ModelError:
    """The same for a model that has just come, in lines for a person."""
    file = await Store().prepare(name, lambda _done, _total, _step: None)
    if isinstance(file, StoreFault):
        return ModelError("load", file.text)
    machine = await asyncio.to_thread(examine, ())
    found = await measure_and_remember(file, context, machine, settings, follow)
    return found if isinstance(found, ModelError) else tell_evidence(found)


def collect_evidence(
    file: ModelFile, context: int, machine: Machine, measured: Measured
) -> Evidence:
    """What this machine should give with this model, beside what it gave."""
    header = read_header(file.path)
    shape = None if isinstance(header, GgufFault) else read_shape(header)
    if not isinstance(shape, ModelShape):
        return Evidence(machine, measured, weights=file.size)
    plan = plan_memory(shape, devices_of(machine), Wish(context=context or None))
    if not isinstance(plan, MemoryPlan):
        return Evidence(machine, measured, weights=file.size)
    entry = file.entry
    if entry is None or not entry.parameters:
        share = read_per_token(file.name, SHARES) / SHARES
        entry = Count(measured.layout.parameters / 1e9, share)
    speed = expect(entry, shape, plan, machine)
    return Evidence(
        machine,
        measured,
        writing=speed.writing,
        reading=speed.reading,
        source=speed.source,
        gpu_layers=plan.gpu_layers,
        weights=shape.weights,
    )


async def _end_idle_engines() -> str:
    """The model of an engine that answers just now; empty when all have ended."""
    try:
        places = all_places()
    except PlaceError:
        return ""
    ended: list[int] = []
    for place in places:
        hello = await say_hello(place)
        if hello is None:
            continue
        if hello.get("busy"):
            return str(hello.get("model"))
        await retire(place)
        ended.append(int(hello["pid"]))
    for _try in range(POLLS):
        if not any(_is_there(pid) for pid in ended):
            break
        await asyncio.sleep(POLL_SECONDS)
    return ""


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # The number belongs to somebody else already.
        return False
    return True
