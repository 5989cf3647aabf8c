"""Which models to offer to a person who has none yet, and what to expect of them."""

from collections.abc import Mapping, Sequence

from inhouse.live.fitting import Fit
from inhouse.live.models import ModelChoice
from inhouse_models.catalogue import CatalogueEntry, find_entry
from inhouse_models.proposal.propose import Proposal
from inhouse_models.proposal.sentences import spell_speed

STARTERS = ("starter", "starter-small")


def starter_of(choices: Sequence[ModelChoice], fits: Mapping[str, Fit]) -> ModelChoice | None:
    """The model to begin with at once: small, and of known hash; the smallest where memory is."""
    names = [entry.name for entry in map(find_entry, STARTERS) if entry]
    found = [choice for name in names for choice in choices if choice.name == name]
    fitting = [one for one in found if fits.get(one.name, Fit("fits")).verdict != "too large"]
    return next(iter(fitting or found[::-1]), None)


def best_of(choices: Sequence[ModelChoice], proposal: Proposal) -> ModelChoice | None:
    """The one that is proposed, if any is."""
    name = proposal.chosen.entry.name if proposal.chosen else ""
    return next((choice for choice in choices if choice.name == name), None)


def describe_pace(proposal: Proposal) -> str:
    """How fast the proposed model should write, as a sentence; empty where nobody knows."""
    if proposal.chosen is None or not proposal.chosen.speed.writing:
        return ""
    return f" It should write {spell_speed(proposal.chosen.speed.writing)} tokens a second."


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
