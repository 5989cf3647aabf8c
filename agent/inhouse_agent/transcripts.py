"""The token ids of the conversations that a session has led: by them the engine keeps states."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from inhouse_agent.events import Compacted, Event, MessageAdded
from inhouse_agent.journal import Entry, SessionProblem, first_events, read_journal
from inhouse_models.chat import Message
from inhouse_models.deletion import Deletion
from inhouse_models.wire import encode_known

EVERYTHING = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation as the model with fingerprint `model` has it."""

    model: str
    tokens: tuple[int, ...]


def read_transcripts(path: Path) -> list[Transcript]:
    """Every conversation of a session's file: also what was rewound, and what was summarised."""
    contents = read_journal(path)
    if isinstance(contents, SessionProblem):
        return []
    found = (_of_branch(branch) for branch in _branches(contents.entries))
    return list(dict.fromkeys(one for transcripts in found for one in transcripts))


def own_parts(transcripts: Iterable[Transcript], others: Sequence[Path]) -> list[Deletion]:
    """What of these conversations no session of the `others` shares."""
    mine = list(transcripts)
    shared = dict.fromkeys(mine, 0)
    for path in others if mine else ():
        for other in _comparable(path, mine):
            for one in mine:
                shared[one] = max(shared[one], _common_length(one, other))
    return [Deletion(one.model, one.tokens, length) for one, length in shared.items()]


def _comparable(path: Path, mine: Sequence[Transcript]) -> Sequence[Transcript]:
    """The conversations of a session; only the beginning of the first where that differs."""
    first = _first_answer(path)
    if first is None:
        return ()
    return read_transcripts(path) if any(_begins(one, first) for one in mine) else (first,)


def _first_answer(path: Path) -> Transcript | None:
    # Another inhouse may have deleted the file.
    with contextlib.suppress(OSError):
        for event in first_events(path, EVERYTHING):
            if isinstance(event, MessageAdded) and event.message.tokens:
                return Transcript(event.message.model, event.message.tokens)
    return None


def _branches(entries: Sequence[Entry]) -> Iterator[list[Event]]:
    """The events up to each entry that no other one follows."""
    by_id = {entry.id: entry for entry in entries}
    followed = {entry.parent for entry in entries}
    for last in entries:
        if last.id in followed:
            continue
        branch: list[Event] = []
        at: Entry | None = last
        while at is not None:
            branch.append(at.event)
            at = by_id.get(at.parent)
        yield branch[::-1]


def _of_branch(events: Iterable[Event]) -> Iterator[Transcript]:
    """What the model had before it at each summary, and at the end."""
    history: list[Message] = []
    for event in events:
        if isinstance(event, MessageAdded):
            history.append(event.message)
        elif isinstance(event, Compacted):
            yield from _of_history(history)
            history[event.kept :] = event.messages
    yield from _of_history(history)


def _of_history(history: Sequence[Message]) -> Iterator[Transcript]:
    """The known beginning, and each answer after it, before which all was rendered anew."""
    known = encode_known(tuple(history))
    beginning = Transcript(known["model"], tuple(known["ids"]))
    if beginning.tokens:
        yield beginning
    for message in history[known["messages"] :]:
        if message.tokens:
            before = beginning.tokens if message.model == beginning.model else ()
            yield Transcript(message.model, (*before, *message.tokens))


def _begins(whole: Transcript, start: Transcript) -> bool:
    return _common_length(whole, start) == len(start.tokens)


def _common_length(one: Transcript, other: Transcript) -> int:
    if one.model != other.model:
        return 0
    pairs = enumerate(zip(one.tokens, other.tokens, strict=False))
    shorter = min(len(one.tokens), len(other.tokens))
    return next((place for place, (left, right) in pairs if left != right), shorter)
