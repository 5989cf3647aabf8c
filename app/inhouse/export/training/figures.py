"""What was collected, for programs and for people."""

from collections import Counter
from collections.abc import Iterator

from inhouse.export.training.collecting import Collected
from inhouse.export.training.masking import HOME_KIND
from inhouse_tools.json_value import JsonValue

SHORTEST_USEFUL = 50


def figures_of(collected: Collected) -> dict[str, JsonValue]:
    """For programs."""
    figures = collected.figures
    return {
        "sessions": {"read": figures.sessions, "used": figures.used},
        "turns": {"used": figures.turns, "left_out": _sorted(figures.left_out)},
        "conversations": {
            "train": len(collected.train),
            "validation": len(collected.validation),
            "longest_tokens": figures.longest or None,
        },
        "answers": {
            "learned": figures.learned,
            "characters": figures.characters,
            "not_learned_for_secrets": figures.masked_answers,
        },
        "masked": _sorted(figures.masked),
        "images_left_out": figures.images,
        "conversations_of_small_models": figures.small,
    }


def say_figures(collected: Collected) -> Iterator[str]:
    """For people, line by line."""
    figures = collected.figures
    if not figures.conversations and not figures.left_out:
        yield f"{_count(figures.sessions, 'session')} read, with no finished turn."
        return
    split = f", {len(collected.validation)} of them for validation" * bool(collected.validation)
    yield (
        f"{figures.used} of {_count(figures.sessions, 'session')}, {_count(figures.turns, 'turn')}:"
        f" {_count(figures.conversations, 'conversation')}{split},"
        f" {_count(figures.learned, 'answer')} to learn from,"
        f" {figures.characters:,} characters."
    )
    if figures.longest:
        yield f"The longest conversation has {figures.longest:,} tokens."
    if figures.left_out:
        yield f"Turns left out: {_list(figures.left_out)}."
    secrets = Counter({kind: n for kind, n in figures.masked.items() if kind != HOME_KIND})
    yield f"Secrets masked: {_list(secrets)}." if secrets else "No secrets were found to mask."
    if figures.masked[HOME_KIND]:
        yield f"Paths of home folders that became ~: {figures.masked[HOME_KIND]}."
    if figures.masked_answers:
        verb = "holds" if figures.masked_answers == 1 else "hold"
        yield f"{_count(figures.masked_answers, 'answer')} {verb} a mask and should not be learned."
    if figures.images:
        yield f"{_count(figures.images, 'image')} left out."
    if figures.learned < SHORTEST_USEFUL:
        yield "This is little: see docs/fine-tuning.md for what to expect."


def _sorted(counter: Counter[str]) -> dict[str, JsonValue]:
    return {name: counter[name] for name in sorted(counter) if counter[name]}


def _list(counter: Counter[str]) -> str:
    ranked = sorted(counter.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{count} {name}" for name, count in ranked if count)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
