"""Which models to propose to a person who has none yet, and what to expect of them."""

from collections.abc import Mapping, Sequence

from inhouse.live.fitting import SHARE_OF_MEMORY, Fit, read_per_token
from inhouse.live.models import ModelChoice
from inhouse_models.catalogue import CatalogueEntry, find_entry
from inhouse_models.machine import GIB, Machine

KNOWN_GIB = 1.5
STARTERS = ("starter", "starter-small")


def starter_of(choices: Sequence[ModelChoice], fits: Mapping[str, Fit]) -> ModelChoice | None:
    """The model to begin with at once: small, and of known hash; the smallest where memory is."""
    names = [entry.name for entry in map(find_entry, STARTERS) if entry]
    found = [choice for name in names for choice in choices if choice.name == name]
    fitting = [one for one in found if fits.get(one.name, Fit("fits")).verdict != "too large"]
    return next(iter(fitting or found[::-1]), None)


def best_of(
    choices: Sequence[ModelChoice], fits: Mapping[str, Fit], machine: Machine
) -> ModelChoice | None:
    """The largest model of the catalogue that fits here, with a context to work in and at a pace
    to work with."""
    largest = max((gpu.memory for gpu in machine.gpus), default=0)
    room = largest or int(machine.memory * SHARE_OF_MEMORY)
    rated: list[tuple[float, int, ModelChoice]] = []
    for choice in choices:
        fit = fits.get(choice.name, Fit("unknown"))
        entry = choice.entry
        if entry is not None and fit.verdict == "fits" and entry.needs_gib * GIB <= room:
            # What is planned exactly is worth more than what is only published.
            rating = entry.needs_gib + (KNOWN_GIB if fit.context else 0)
            # Of two as large the one that reads more of itself for a token knows more.
            rated.append((rating, read_per_token(choice.name, fit.memory), choice))
    return max(rated, key=lambda one: one[:2])[2] if rated else None


def expectation(entry: CatalogueEntry) -> str:
    """What to expect of a model, in words."""
    if entry.needs_gib < 1.5:
        return "For trying things out; it is often wrong."
    if entry.needs_gib < 4:
        return "Small, clear tasks: one function, one question."
    if entry.needs_gib < 10:
        return "Everyday edits in a few files; look them over."
    if entry.needs_gib < 14:
        return "Changes over several files, with a plan."
    return "Whole tasks over several files, with tests."
