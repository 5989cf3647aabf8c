"""From the sessions on this machine to lines of training data, with what was left out and why."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from inhouse.export.training.conversation import Conversation, Origin, conversations_of
from inhouse.export.training.masking import Masker, env_files, secrets_of
from inhouse.export.training.shape import Example, Shape, learn_secrets, write_example
from inhouse.export.training.taken_back import taken_back
from inhouse.export.training.turns import ACCEPTED, AFTER, Judged, judge, turns_of
from inhouse_agent.session import Session, SessionProblem, list_sessions

if TYPE_CHECKING:
    from inhouse_agent.session import SessionSummary

NOTHING_LEARNED: Final = "nothing left to learn"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sessions and turns are collected.

    `projects` are folders, none for all of them. `since` is an ISO 8601 time in UTC: sessions with
    a turn at it or later. With `unaccepted` the other turns are there, too, not to be learned.
    """

    projects: tuple[Path, ...] = ()
    session: str = ""
    since: str = ""
    min_turns: int = 1
    unaccepted: bool = False
    validation: float = 0.0
    shape: Shape = field(default_factory=Shape)


@dataclass(slots=True)
class Figures:
    """What was found; `left_out` counts turns by the reason, `longest` is in tokens, 0 when no
    engine has counted them."""

    sessions: int = 0
    used: int = 0
    turns: int = 0
    conversations: int = 0
    learned: int = 0
    characters: int = 0
    longest: int = 0
    small: int = 0
    images: int = 0
    masked_answers: int = 0
    left_out: Counter[str] = field(default_factory=Counter[str])
    masked: Counter[str] = field(default_factory=Counter[str])


@dataclass(frozen=True, slots=True)
class Collected:
    """The lines of both parts, in an order that is always the same, and `problems` for a person."""

    train: tuple[dict[str, Any], ...]
    validation: tuple[dict[str, Any], ...]
    figures: Figures
    problems: tuple[str, ...] = ()


def collect(wanted: Wanted) -> Collected | SessionProblem:
    """Reads the sessions one by one. Raises OSError where their folder cannot be read."""
    found = _sessions(wanted)
    if isinstance(found, SessionProblem):
        return found
    figures, problems = Figures(), list[str]()
    known: set[Origin] = set()
    lines: dict[str, list[dict[str, Any]]] = {}
    families: dict[str, str] = {}
    secrets = secrets_of(os.environ)
    for summary in found:
        session = Session.open(summary.id, reading=True)
        if isinstance(session, SessionProblem):
            problems.append(session.text)
            continue
        session.close()
        figures.sessions += 1
        examples = _examples(session, wanted, figures, known, secrets)
        if not examples:
            continue
        # A copy shares its beginning: what is learned from the one must not test the other.
        parent = session.header.forked_from
        family = families.get(parent, parent) or session.id
        families[session.id] = family
        lines.setdefault(family, []).extend(example.line for example in examples)
    held = held_back(list(lines), wanted.validation)
    return Collected(
        tuple(line for family, some in lines.items() if family not in held for line in some),
        tuple(line for family, some in lines.items() if family in held for line in some),
        figures,
        tuple(problems),
    )


def held_back(families: Sequence[str], share: float) -> set[str]:
    """The sessions that are kept for validation: always the same ones of the same sessions, at
    least one where a share is wanted and another one is left to learn from."""
    if not share > 0 or len(families) < 2:
        return set()
    count = min(max(1, round(share * len(families))), len(families) - 1)
    drawn = sorted(families, key=lambda family: sha256(family.encode()).hexdigest())
    return {*drawn[:count]}


def _sessions(wanted: Wanted) -> "list[SessionSummary] | SessionProblem":
    """The oldest first, so that a copy comes after its original."""
    summaries = list_sessions()
    if wanted.session:
        session = Session.open(wanted.session, reading=True)
        if isinstance(session, SessionProblem):
            return session
        session.close()
        summaries = [one for one in summaries if one.id == session.id]
    elif wanted.projects:
        roots = {project.resolve() for project in wanted.projects}
        summaries = [one for one in summaries if one.root in roots]
    return sorted(summaries, key=lambda one: (one.created, one.id))


def _examples(
    session: Session,
    wanted: Wanted,
    figures: Figures,
    known: set[Origin],
    secrets: dict[str, str],
) -> list[Example]:
    judged = _judged(session, wanted)
    figures.left_out.update(one.reason for one in judged if one.reason != ACCEPTED)
    accepted = [one for one in judged if one.reason == ACCEPTED]
    if len(accepted) < max(1, wanted.min_turns):
        figures.left_out.update({"of a session with too few": len(accepted)} if accepted else {})
        return []
    chosen = judged if wanted.unaccepted else accepted
    conversations = conversations_of(session.id, session.model, chosen, known)
    examples = list(_written(conversations, session.root, wanted.shape, figures, secrets))
    if not examples:
        figures.left_out[NOTHING_LEARNED] += len(accepted)
        return []
    figures.used += 1
    figures.turns += len(accepted)
    return examples


def _judged(session: Session, wanted: Wanted) -> list[Judged]:
    turns = turns_of(session)
    if wanted.since and not any(turn.began >= wanted.since for turn in turns):
        return []
    judged = judge(turns, taken_back(session, turns))
    if not wanted.unaccepted:
        return judged
    # Nothing is missing before these now.
    return [Judged(one.turn, ACCEPTED) if one.reason == AFTER else one for one in judged]


def _written(
    conversations: Iterable[Conversation],
    root: Path,
    shape: Shape,
    figures: Figures,
    secrets: dict[str, str],
) -> Iterable[Example]:
    masker = Masker(str(Path.home()), dict(secrets), figures.masked)
    for text in env_files(root):
        masker.learn(text, variables=True)
    conversations = list(conversations)
    for conversation in conversations:
        learn_secrets(conversation, masker)
    for conversation in conversations:
        example = write_example(conversation, shape, masker)
        if not example.learned:
            continue
        figures.conversations += 1
        figures.learned += example.learned
        figures.characters += example.characters
        figures.images += example.images
        figures.masked_answers += example.masked_answers
        figures.small += conversation.profile == "small"
        figures.longest = max(figures.longest, conversation.tokens)
        yield example
