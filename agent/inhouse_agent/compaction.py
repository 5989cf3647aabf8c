"""Makes room in a conversation: a summary takes the place of all but its beginning and its end."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from inhouse_agent.answer import ask_aside
from inhouse_agent.compaction_tail import keep_tail, opening_length, seams, size_of
from inhouse_agent.compaction_text import ask_for_summary, compacted_text, cut_prompts, list_steps
from inhouse_agent.context import build_request, build_summary_request
from inhouse_agent.events import Compacted, Noticed
from inhouse_agent.gauge import Gauge, Room
from inhouse_agent.kit import Kit
from inhouse_agent.still_seen import forget_files
from inhouse_agent.turn import Turn
from inhouse_models.chat import Finish, Message, ModelError, Request

SHORT: Final = "There is too little in this conversation to summarise yet."
FULL: Final = "What must stay of this conversation fills the context alone: start a new session."
LISTED: Final = "No summary could be written ({}): what was done is listed instead."
LEAST_SUMMARY: Final = 64
LEAST_GAIN: Final = 64
# Of the room for prompts, steps and end, as much is filled as it takes to fit.
SHARES: Final = (1.0, 0.5, 0.25, 0.0)
# How much of what seems to fit is given to a summary to read, until it does.
READINGS: Final = (1.0, 0.9, 0.7)


@dataclass(frozen=True, slots=True)
class NotCompacted:
    """Why a conversation stays as it is, in a sentence for a person."""

    text: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The sizes of a conversation, in tokens.

    `kept` messages stand at its beginning. They and what waits for an answer at its end have
    `fixed` tokens, tools included; all of it has `before`. What is kept beside what is fixed may
    have `budget`.
    """

    request: Request
    room: Room
    kept: int
    fixed: int
    before: int
    budget: int
    characters_per_token: float

    def characters(self, tokens: float) -> int:
        """About as many characters as these tokens stand for in this conversation."""
        return max(int(tokens * self.characters_per_token), 0)


@dataclass(frozen=True, slots=True)
class Summary:
    """What was written of the first `covered` messages; empty text when nothing was."""

    text: str
    covered: int


async def compact_history(
    kit: Kit, history: list[Message], wish: str = ""
) -> Compacted | NotCompacted:
    """Summarises a conversation between its turns, because a person asked for it.

    The history changes in place. `wish` is what the summary shall hold above all.
    """
    info = await kit.client.info()
    if isinstance(info, ModelError):
        return NotCompacted(info.text)
    return await compact(Turn(kit, history, info=info), wish)


async def compact(
    turn: Turn, wish: str = "", least_gain: int = LEAST_GAIN
) -> Compacted | NotCompacted:
    """Puts a summary in the place of the middle of a conversation, if that gains so many tokens.

    Its beginning stays, so that none of it is read again. Cancelled on the way, nothing changes.
    """
    frame = await _measure(turn, least_gain)
    if isinstance(frame, NotCompacted):
        return frame
    summary = await _summarise(turn, frame, wish)
    turn.gauge = Gauge(len(turn.history), frame.before)
    event = await _replacement(turn, frame, summary)
    if isinstance(event, NotCompacted):
        return event
    turn.history[event.kept :] = event.messages
    turn.kit.emit(event)
    forget_files(turn.kit.workspace, turn.history)
    turn.guard.forget()
    turn.gauge = Gauge(len(turn.history), event.after)
    # The answer that second choices go back to, and the files it may change, are out of sight.
    turn.attempt = None
    turn.must_change = False
    return event


def room_of(turn: Turn) -> Room:
    """How the context of the model that answers is shared out; nothing of it when unknown."""
    size = turn.info.context_size if turn.info else 0
    size = min(size, turn.full_at) if turn.full_at else size
    # Words of a request are short: three characters for each token are few.
    asking = len(ask_for_summary(0)) // 3
    return Room(size, turn.kit.options.compact_at or 1.0, asking)


async def _measure(turn: Turn, least_gain: int) -> Frame | NotCompacted:
    kit, history = turn.kit, turn.history
    request = await build_request(kit, history)
    room = room_of(turn)
    kept = opening_length(history)
    if len(history) <= kept + 1:
        return NotCompacted(SHORT)
    opening = await kit.client.count(replace(request, messages=tuple(history[:kept])))
    before = await kit.client.count(request)
    if isinstance(opening, ModelError):
        return NotCompacted(opening.text)
    if isinstance(before, ModelError):
        return NotCompacted(before.text)
    characters = size_of(history[kept:]) / max(before - opening, 1)
    fixed = opening + int(_waiting(history) / max(characters, 1))
    free = room.limit(request.max_tokens) - fixed
    if free <= 0:
        return NotCompacted(FULL)
    budget = min(free, before - fixed) // 2
    if before - fixed - budget < least_gain:
        return NotCompacted(SHORT)
    return Frame(request, room, kept, fixed, before, budget, characters)


def _waiting(history: Sequence[Message]) -> int:
    """The characters of what was said to the model last and waits for an answer."""
    return size_of(history[-1:]) if history[-1].role == "user" else 0


async def _summarise(turn: Turn, frame: Frame, wish: str) -> Summary:
    """The model's own summary of as much as it can read, written from what it holds already.

    When it fails that is said, and nothing is covered.
    """
    tokens = max(min(frame.room.summary, frame.budget // 2), LEAST_SUMMARY)
    wanted = ask_for_summary(tokens, wish)
    problem = "the context is too full"
    for covered in _readings(turn, frame, tokens + len(wanted) // 3):
        request = build_summary_request(turn.kit, turn.history[:covered], wanted, tokens)
        count = await turn.kit.client.count(request)
        if isinstance(count, ModelError):
            problem = count.text
            break
        if count + tokens <= frame.room.context:
            finish = await ask_aside(turn.kit, request)
            turn.count(request, finish)
            problem = _problem_of(finish)
            if not problem:
                return Summary(finish.message.text.strip(), covered)
            break
    turn.kit.emit(Noticed(LISTED.format(problem.rstrip("."))))
    return Summary("", frame.kept)


def _readings(turn: Turn, frame: Frame, reserved: int) -> list[int]:
    """How many messages a summary may be asked of: all, else as many as should fit."""
    history, readings = turn.history, [len(turn.history)]
    room = frame.room.context - frame.fixed - reserved
    for share in READINGS:
        most = frame.characters(room * share)
        places = [
            place
            for place in seams(history, frame.kept + 1)
            if place < readings[-1] and size_of(history[frame.kept : place]) <= most
        ]
        readings += places[-1:]
    return readings


def _problem_of(finish: Finish) -> str:
    """Why an answer is no summary; nothing when it is one."""
    if finish.error is not None:
        return finish.error.text
    if finish.reason == "length":
        return "it got too long"
    return "" if finish.message.text.strip() else "the model wrote none"


async def _replacement(turn: Turn, frame: Frame, summary: Summary) -> Compacted | NotCompacted:
    """What takes the place of the middle, smaller until it fits its budget."""
    opening = turn.history[: frame.kept]
    best: Compacted | None = None
    for share in SHARES:
        messages = _assemble(turn, frame, summary, share)
        request = replace(frame.request, messages=(*opening, *messages))
        after = await turn.kit.client.count(request)
        if isinstance(after, ModelError):
            return NotCompacted(after.text)
        best = Compacted(frame.before, after, frame.kept, messages)
        if after <= frame.fixed + frame.budget:
            break
    if best is None or best.after >= frame.before:
        return NotCompacted(SHORT)
    return best if best.after < frame.room.most else NotCompacted(FULL)


def _assemble(turn: Turn, frame: Frame, summary: Summary, share: float) -> tuple[Message, ...]:
    """Prompts, plan, summary and the end of the conversation, in a share of their room."""
    history, memory = turn.history, turn.kit.memory
    room = max(frame.characters(frame.budget * share) - len(summary.text), 0)
    ending = _waiting(history) + (room // 2 if summary.text else room // 4)
    tail = keep_tail(history, frame.kept, ending)
    shown = [message.text for message in (*history[: frame.kept], *tail.messages)]
    prompts = [one for one in memory.prompts if not any(one in text for text in shown)]
    steps = list_steps(
        history[summary.covered : tail.start], room // 4 if summary.text else room // 2
    )
    # What is being worked on is never cut.
    whole = prompts[-1:] == memory.prompts[-1:]
    told = cut_prompts(prompts, room // 4, whole=whole)
    text = compacted_text(told, memory.open_plan, summary.text, steps)
    return (Message("user", text), *tail.messages)
