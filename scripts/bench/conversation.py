"""A conversation that is replayed on both sides: what is said, and what disturbs it."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from material import SYSTEM, WORKER, calls_so_far, passages, tools
from side import Said, Side

from inhouse_models.chat import Message, Request, Sampling

# What happened right before an answer: nothing, or the disturbance that it is measured after.
Kind = Literal["append", "interrupt", "edit", "restart"]
ANSWER_TOKENS = 60
# Room for the longest call of the ten tools.
CALL_TOKENS = 160
INTERRUPTED_AFTER = 20
# Three times as fast as a good typist, so that what is read meanwhile is not flattered.
TYPED_CHARACTERS_PER_SECOND = 30
# For a model that reads a hundred times as fast.
QUICK_CHARACTERS_PER_SECOND = 240
TYPED_AT_ONCE = 45
DISTURBANCES: dict[int, Kind] = {
    **dict.fromkeys((4, 10, 16), "interrupt"),
    **dict.fromkeys((6, 12, 18), "edit"),
    **dict.fromkeys((8, 14, 19), "restart"),
}
QUICK_DISTURBANCES: dict[int, Kind] = {1: "interrupt", 2: "edit", 3: "restart"}


ReadAhead = Callable[[Request], Coroutine[object, object, None]]


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: what is said in it, and what disturbs it."""

    number: int
    kind: Kind

    @property
    def text(self) -> str:
        """About 300 tokens."""
        return f"Explain part {self.number} of the code in full sentences:\n\n{self.passage}"

    @property
    def other_text(self) -> str:
        """The same, said anew by a person who changed the question."""
        return f"What would you change in part {self.number}, and why?\n\n{self.passage}"

    @property
    def passage(self) -> str:
        known = passages()
        return known[self.number % len(known)]


def turns(count: int, disturbances: Mapping[int, Kind]) -> list[Turn]:
    """A replay of so many turns."""
    return [Turn(number, disturbances.get(number, "append")) for number in range(count)]


@dataclass(frozen=True, slots=True)
class Taken:
    """An answer of a replay and what happened before it."""

    kind: Kind
    said: Said


@dataclass(frozen=True, slots=True)
class Typing:
    """How fast messages are typed, and what reads a prompt meanwhile."""

    read_ahead: ReadAhead
    characters_per_second: int


class Conversation:
    """One side's history; `asked` is the last request.

    Every conversation has its own `name`, so that none finds what another one left. `calling`:
    every answer is a call, and its result the next message. `alone`: no other side waits for the
    machine. With `typing`, messages after a disturbance are typed.
    """

    def __init__(
        self,
        side: Side,
        name: str,
        *,
        calling: bool,
        alone: bool,
        typing: Typing | None = None,
    ) -> None:
        self.side = side
        self._typing = typing
        self.taken: list[Taken] = []
        self._calling = calling
        self._alone = alone
        self._messages = [Message("system", f"{name}: {WORKER if calling else SYSTEM}")]
        if calling:
            self._messages += calls_so_far()
        self.asked = Request(())

    async def take(self, turn: Turn) -> None:
        """One turn with its disturbance; afterwards nothing of it runs any more."""
        if turn.kind == "restart":
            await self.side.restart()
        self._say(turn.passage if self._calling else turn.text)
        if turn.kind == "interrupt":
            await self._ask("append", stop_after=INTERRUPTED_AFTER)
            self._say(turn.other_text)
        if turn.kind == "edit":
            await self._ask("append")
            del self._messages[-2:]
            self._say(turn.other_text)
        if turn.kind != "append":
            await self._type()
        await self._ask(turn.kind)

    async def _type(self) -> None:
        """The last message is typed: what stands there is read while more is written."""
        typing = self._typing
        if typing is None:
            return
        request = self._request()
        last = request.messages[-1]
        reading: asyncio.Task[None] | None = None
        for end in range(TYPED_AT_ONCE, len(last.text) + TYPED_AT_ONCE, TYPED_AT_ONCE):
            await asyncio.sleep(TYPED_AT_ONCE / typing.characters_per_second)
            if reading is None or reading.done():
                draft = (*request.messages[:-1], replace(last, text=last.text[:end]))
                reading = asyncio.create_task(typing.read_ahead(replace(request, messages=draft)))
        if reading is not None:
            # Sending ends it, as it does for a person.
            reading.cancel()
            await asyncio.wait([reading])

    def _say(self, text: str) -> None:
        """The next message: the results of the calls before it, else the person's."""
        calls = self._messages[-1].calls
        results = [Message("tool", text, answers=call.id) for call in calls]
        self._messages += results or [Message("user", text)]

    def _request(self) -> Request:
        return Request(
            messages=tuple(self._messages),
            tools=tools() if self._calling else (),
            max_tokens=CALL_TOKENS if self._calling else ANSWER_TOKENS,
            sampling=Sampling(),
            held=self._calling,
            must_call=self._calling,
        )

    async def _ask(self, kind: Kind, stop_after: int | None = None) -> None:
        self.asked = self._request()
        said = await self.side.ask(self.asked, stop_after)
        if not self._alone:
            await self.side.settle()
        self.taken.append(Taken(kind, said))
        self._messages.append(said.message)


def new_tokens(taken: Sequence[Taken]) -> list[int]:
    """For each answer how many tokens of its prompt were in no prompt or answer before it.

    Needs the tokens of prompts, so it is for our side. A prompt whose answer was interrupted is
    the beginning of the next one.
    """
    prompts = [one.said.prompt for one in taken]
    for place in range(len(prompts) - 2, -1, -1):
        prompts[place] = prompts[place] or prompts[place + 1][: taken[place].said.total]
    known: list[np.ndarray] = []
    counts: list[int] = []
    for one, prompt in zip(taken, prompts, strict=True):
        if len(prompt) != one.said.total:
            raise ValueError(f"{len(prompt)} tokens are told of a prompt of {one.said.total}")
        tokens = np.array(prompt)
        counts.append(len(tokens) - max((_shared(tokens, text) for text in known), default=0))
        known.append(np.array([*prompt, *one.said.ids]))
    return counts


def _shared(left: np.ndarray, right: np.ndarray) -> int:
    shorter = min(len(left), len(right))
    differing = np.flatnonzero(left[:shorter] != right[:shorter])
    return int(differing[0]) if differing.size else shorter
