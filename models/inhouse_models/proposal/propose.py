"""Chooses a model for a machine: the best that is quick enough and holds enough, and says why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inhouse_models.catalogue import CatalogueEntry
from inhouse_models.machine import Machine
from inhouse_models.memory.device import devices_of
from inhouse_models.memory.known import known_shapes
from inhouse_models.memory.reasons import describe
from inhouse_models.proposal.option import (
    ENOUGH_CONTEXT,
    LARGE_CONTEXT,
    Option,
    Refused,
    find_options,
    least_context,
)
from inhouse_models.proposal.sentences import compare, explain

# Below this many tokens a second a turn of an agent takes many minutes.
LEAST_WRITING = 8.0
# A prompt of 4,000 tokens is then read in under three minutes.
LEAST_READING = 25.0
# More than four bits cost neither context nor pace: they gain little (KLD, see catalogue.toml).
MANY_BITS = 5
COMFORTABLE_WRITING = 25.0
# A starter on a card gives way to a better model on the processor.
EVERYDAY_QUALITY = 40


@dataclass(frozen=True, slots=True)
class Considered:
    """A model that was not chosen, and why, in a sentence."""

    name: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to run on this machine, or None and `problem` when nothing can be run.

    `why` has a sentence for every part of the choice. `considered` are the other models of the
    catalogue, the better ones first.
    """

    machine: Machine
    chosen: Option | None
    why: tuple[str, ...]
    considered: tuple[Considered, ...]
    problem: str = ""


def propose(machine: Machine, catalogue: Iterable[CatalogueEntry]) -> Proposal:
    """The choice for this machine. Reads no file of a model and loads nothing."""
    devices = devices_of(machine)
    entries = sorted(
        (entry for entry in catalogue if entry.quality), key=lambda entry: -entry.quality
    )
    options: list[Option] = []
    refused: list[Refused] = []
    for entry in entries:
        found = find_options(entry, machine, devices)
        if isinstance(found, Refused):
            refused.append(found)
        else:
            options += found
    chosen = choose(options)
    considered = tuple(
        Considered(entry.name, entry.title, compare(entry, chosen, options, refused, why_not))
        for entry in entries
        if chosen is None or entry.name != chosen.entry.name
    )
    if chosen is None:
        return Proposal(machine, None, (), considered, _describe_nothing(entries))
    return Proposal(machine, chosen, explain(chosen, machine), considered)


def choose(options: Sequence[Option]) -> Option | None:
    """The best of these; None when there are none."""
    fine = [option for option in options if not why_not(option)]
    whole = [option for option in fine if option.place == "gpu"]
    best = _best(whole)
    if best is None or best.entry.quality < EVERYDAY_QUALITY:
        # Layers in main memory make all the others wait: only where nothing lies in one place.
        best = _best([*whole, *(option for option in fine if option.place == "cpu")])
    best = best or _best(fine)
    return best or _least(options)


def why_not(option: Option) -> str:
    """Why an option is not good to work with, in a sentence; empty when it is."""
    entry, speed, place = option.entry, option.speed, option.place
    if "-mtp" in entry.name and not _drafts_pay(option):
        return "Its drafting layer does not fit or gains nothing here: the plain file is smaller."
    if place == "both":
        host = option.plan.all_layers - option.plan.gpu_layers
        cause = f", since {host} of {option.plan.all_layers - 1} layers would lie in main memory"
    else:
        cause = " on this processor" if place == "cpu" else ""
    if speed.writing and speed.writing < LEAST_WRITING:
        return f"It would write only {_pace(speed.writing)} tokens a second{cause}."
    if option.context < least_context(entry):
        room = f"There is room for only {option.context:,} tokens of context"
        return f"{room}; an agent needs {least_context(entry):,} with it."
    if place == "cpu" and speed.reading and speed.reading < LEAST_READING:
        return f"It would read only {_pace(speed.reading)} tokens a second{cause}."
    return ""


def _pace(speed: float) -> str:
    return f"{speed:.1f}" if speed < 10 else f"{speed:.0f}"


def _drafts_pay(option: Option) -> bool:
    """On Metal a prediction layer gained 0 to 6 % (perf.md, section 2), on a processor nothing."""
    return option.plan.predict and option.plan.uses[0].kind == "cuda"


def _best(options: Sequence[Option]) -> Option | None:
    """The best model, in the bits that suit."""
    if not options:
        return None
    line = max(options, key=lambda option: option.entry.quality).entry.line
    return _best_bits([option for option in options if option.entry.line == line])


def _best_bits(options: Sequence[Option]) -> Option:
    """Of one model the most bits that leave enough context, and above four bits cost nothing."""
    roomy = [option for option in options if _roomy(option)]
    if roomy:
        return max(roomy, key=lambda option: option.entry.quality)
    few = [option for option in options if option.entry.bits < MANY_BITS]
    return max(few or options, key=lambda option: (option.context, option.entry.quality))


def _roomy(option: Option) -> bool:
    if option.entry.bits < MANY_BITS:
        return option.context >= ENOUGH_CONTEXT
    # A speed that nobody knows is no speed to give away.
    return option.context >= LARGE_CONTEXT and option.speed.writing >= COMFORTABLE_WRITING


def _least(options: Sequence[Option]) -> Option | None:
    """Where nothing is good to work with: the quickest that holds most."""
    return max(options, key=lambda one: (one.context, one.speed.writing), default=None)


def _describe_nothing(entries: Sequence[CatalogueEntry]) -> str:
    """That nothing fits, and a way on."""
    shapes = known_shapes()
    sizes = [shapes[entry.name].weights for entry in entries if entry.name in shapes]
    least = describe(min(sizes)) if sizes else "some"
    return (
        f"No model of the catalogue can be run here: the smallest takes {least} of memory and disk"
        " beside what it works with. Close other programs or free some disk, or use a model that"
        " another machine serves: inhouse --endpoint URL"
    )
