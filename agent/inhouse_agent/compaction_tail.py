"""What of a conversation stays as it is when the rest is summarised: its beginning and its end."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from inhouse_agent.compaction_text import cut_middle
from inhouse_models.chat import Message

# An image counts for as much as a text of as many tokens.
IMAGE_CHARACTERS: Final = 10_000
NO_IMAGE: Final = " [It is no longer shown.]"


@dataclass(frozen=True, slots=True)
class Tail:
    """The last messages, from the place `start` of the history on, as they stay."""

    start: int
    messages: tuple[Message, ...]


def opening_length(history: Sequence[Message]) -> int:
    """How many messages stand before the first answer can: up to the first one of the person."""
    for place, message in enumerate(history):
        if message.role == "user":
            return place + 1
    return len(history)


def seams(history: Sequence[Message], first: int) -> list[int]:
    """The places from `first` on where a history may be cut: no call loses its result."""
    places = [place for place in range(first, len(history)) if history[place].role != "tool"]
    return [*places, len(history)]


def keep_tail(history: Sequence[Message], first: int, characters: int) -> Tail:
    """As many of the last exchanges as fit, none from before `first`.

    What was said to the model last, and was not answered yet, always stays. When the last
    exchange does not fit whole, the results in it are cut; without room for that, nothing stays.
    """
    start = next(place for place in seams(history, first) if size_of(history[place:]) <= characters)
    if start < len(history):
        return Tail(start, tuple(_plain(message) for message in history[start:]))
    last = [place for place in seams(history, first) if place < len(history)]
    if not last:
        return Tail(start, ())
    start = last[-1]
    if history[start].role == "user":
        return Tail(start, (_plain(history[start]),))
    shortened = _with_short_results(history[start:], characters)
    return Tail(start, shortened) if shortened else Tail(len(history), ())


def size_of(messages: Sequence[Message]) -> int:
    """Characters of everything that a model reads of them."""
    return sum(
        len(message.text)
        + len(message.thinking)
        + IMAGE_CHARACTERS * len(message.images)
        + sum(len(call.name) + len(call.arguments) for call in message.calls)
        for message in messages
    )


def _with_short_results(exchange: Sequence[Message], characters: int) -> tuple[Message, ...]:
    """An answer and its results, cut to fit and without images; nothing when the answer alone is
    too long."""
    answer, results = exchange[0], exchange[1:]
    room = characters - size_of([answer])
    if not results or room <= 0:
        return ()
    share = room // len(results)
    cut = [_short_result(one, share) for one in results]
    return (_plain(answer), *cut) if all(one.text for one in cut) else ()


def _short_result(message: Message, characters: int) -> Message:
    text = message.text + (NO_IMAGE if message.images else "")
    return replace(message, text=cut_middle(text, characters), images=())


def _plain(message: Message) -> Message:
    """The message without token ids: those begin with what stood before it."""
    return replace(message, tokens=(), model="") if message.tokens else message
