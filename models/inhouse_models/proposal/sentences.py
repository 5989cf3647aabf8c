"""Says why a model was chosen for a machine, and of every other one why not."""

from collections.abc import Callable, Sequence

from inhouse_models.catalogue import CatalogueEntry
from inhouse_models.machine import Machine
from inhouse_models.memory.reasons import describe
from inhouse_models.proposal.option import LARGE_CONTEXT, Option, Refused

_PLAN_REASONS = ("layers", "kv")


def explain(chosen: Option, machine: Machine) -> tuple[str, ...]:
    """A sentence for the model, its place, its context, its cache, its drafts and its speed."""
    plan = chosen.plan
    told = {reason.what: reason.text for reason in plan.reasons}
    context = f"{plan.context:,} tokens of context"
    trained = " (all that it was trained for)" if plan.context == chosen.entry.context else ""
    use = sum(use.load.total - use.load.store - use.load.checkpoints for use in plan.uses)
    sentences = [
        *(told[what] for what in _PLAN_REASONS if what in told),
        f"{context}{trained} take {describe(plan.load.kv)}; with weights and buffers it is"
        f" {describe(use)} in all.",
        _drafting(chosen),
        _basis(chosen, machine),
    ]
    return tuple(sentence for sentence in sentences if sentence)


def describe_speed(option: Option) -> str:
    """Expected tokens a second, as a person reads them."""
    speed = option.speed
    if not speed.writing:
        return "not known for this hardware: it is measured when the model is loaded"
    text = f"writes about {spell_speed(speed.writing)} tokens a second"
    if speed.writing_deep < 0.95 * speed.writing:
        text += f" ({_round(speed.writing_deep)} behind {speed.depth:,} tokens)"
    if not speed.reading:
        return f"{text}; how fast it reads is not known for this card"
    return f"{text}, reads about {_round(speed.reading)}"


def compare(
    entry: CatalogueEntry,
    chosen: Option | None,
    options: Sequence[Option],
    refused: Sequence[Refused],
    why_not: Callable[[Option], str],
) -> str:
    """Why not this model, against the one that was chosen."""
    for one in refused:
        if one.entry.name == entry.name:
            return one.reason
    own = [option for option in options if option.entry.name == entry.name]
    fine = [option for option in own if not why_not(option)]
    if not fine:
        return why_not(own[0])
    option = fine[0]
    if chosen is None or entry.quality > chosen.entry.quality:
        return _better(option, chosen) if chosen else ""
    if entry.line != chosen.entry.line:
        quicker = option.speed.writing > 1.2 * chosen.speed.writing > 0
        fit = "It fits and is quicker" if quicker else "It fits"
        return f"{fit}, but it is the weaker model: {_figures(option)}."
    fewer = option.weights < 0.97 * chosen.weights
    same = "in fewer bits, so less exact" if fewer else "without the layer that drafts, so slower"
    return f"The same model {same}: {_figures(option)}."


def _better(option: Option, chosen: Option) -> str:
    """A better model that works and yet is not proposed."""
    if option.place != "gpu" and chosen.place == "gpu":
        return f"It does not lie whole on the graphics card and loses its pace: {_figures(option)}."
    if option.context < LARGE_CONTEXT:
        return (
            "More than four bits gain little, so they are taken only where"
            f" {LARGE_CONTEXT:,} tokens of context fit beside them: {_figures(option)}."
        )
    return f"More than four bits gain little and cost pace: {_figures(option)}."


def _figures(option: Option) -> str:
    if not option.speed.writing:
        return f"{option.context:,} tokens of context"
    return (
        f"{option.context:,} tokens of context, {spell_speed(option.speed.writing)} tokens a second"
    )


def _drafting(chosen: Option) -> str:
    plan = chosen.plan
    if plan.predict and chosen.place == "gpu":
        return (
            "A layer of the model drafts the next tokens, which has made writing 1.3 times"
            " (RTX 3090) to 2.3 times (RTX 5090) as fast; the figure above is without it."
        )
    if plan.rollback:
        return "Text that stands in a file already is drafted from it, which costs nothing to try."
    return ""


def _basis(chosen: Option, machine: Machine) -> str:
    """Where the expected speed comes from."""
    speed = chosen.speed
    if not speed.writing:
        return ""
    if chosen.place == "cpu" and machine.bandwidth:
        rate = machine.bandwidth.bytes_per_second / 1e9
        threads = machine.bandwidth.threads
        basis = f"the {rate:.0f} GB/s that {threads} threads copied just now"
    else:
        rates = [gpu.bandwidth / 1e9 for gpu in machine.gpus if gpu.bandwidth]
        basis = f"{' and '.join(f'{rate:.0f}' for rate in rates)} GB/s of the card's memory"
    doubt = "" if speed.measured else " (a cautious guess: no figure for such a card is at hand)"
    return f"The speed is expected from {basis} and the bytes read for a token{doubt}."


def _round(speed: float) -> str:
    """Two digits: more would claim more than is known."""
    if speed < 10:
        return f"{speed:.1f}"
    if speed < 100:
        return f"{speed:.0f}"
    return f"{round(speed, -1 if speed < 1000 else -2):,.0f}"


def spell_speed(speed: float) -> str:
    """Expected tokens a second of writing. Beyond some speed a card waits for other things than its
    memory."""
    return "more than 200" if speed > 200 else _round(speed)
