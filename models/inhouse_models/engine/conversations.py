"""The conversations that live in a context, and their way into the store and back."""

import time
from collections.abc import Sequence as Items
from dataclasses import dataclass

from inhouse_models.engine.context import Context
from inhouse_models.engine.places import count_positions
from inhouse_models.engine.sequence import Sequence, common_length
from inhouse_models.engine.store.prefix_store import Match, PrefixStore
from inhouse_models.engine.store.segment import Payload

# A smaller loss is read again sooner than it is saved.
WORTH_SAVING = 64
LEAST_SEGMENT = 256
WORTH_PARKING = 512
# What stands aside and was not asked for so long only makes the others slower.
ASIDE_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Place:
    """A sequence made ready for a prompt, and how many of its tokens it holds."""

    sequence: Sequence
    kept: int


class Conversations:
    """Gives a prompt the sequence that holds most of it. One thread only."""

    def __init__(self, context: Context, store: PrefixStore, most_marks: int) -> None:
        self._context = context
        self._store = store
        self._recurrent = context.weights.recurrent
        self.sequences = [
            Sequence(context, number, most_marks) for number in range(context.options.sequences)
        ]
        self.aside = (
            Sequence(context, context.options.sequences, most_marks)
            if context.options.aside
            else None
        )

    @property
    def free(self) -> list[Sequence]:
        """The sequences that nobody writes in."""
        return [sequence for sequence in self.sequences if not sequence.busy]

    @property
    def held(self) -> int:
        """Tokens that the sequences hold together."""
        return sum(len(sequence.tokens) for sequence in self._all)

    @property
    def _all(self) -> list[Sequence]:
        return [*self.sequences, *([self.aside] if self.aside else [])]

    def has_place(self, *, aside: bool) -> bool:
        """Whether a prompt would get a sequence."""
        return bool(self.free) if self.aside is None or not aside else not self.aside.busy

    def take_aside(self, prompt: Items[int]) -> Place | None:
        """The place of a prompt that is not kept: it takes the sequence of no conversation, where
        there is one aside."""
        if self.aside is None:
            return self.take(prompt)
        if self.aside.busy:
            return None
        self._park_others(self.aside)
        kept = self.aside.cut(self.aside.reusable(prompt))
        self.aside.busy = True
        return Place(self.aside, kept)

    def take(self, prompt: Items[int]) -> Place | None:
        """The place of a prompt; None while every sequence is busy."""
        free = self.free
        if not free:
            return None
        best = max(free, key=lambda sequence: (sequence.reusable(prompt), -sequence.used))
        match = self._store.match(prompt[:-1])
        if match.length > best.reusable(prompt):
            sequence = self._fetch(match, free)
            if sequence is None:
                sequence = best
        else:
            sequence = self._branch(best, prompt, free)
            self._park_others(sequence)
        kept = sequence.cut(sequence.reusable(prompt))
        sequence.busy = True
        return Place(sequence, kept)

    def _branch(self, best: Sequence, prompt: Items[int], free: list[Sequence]) -> Sequence:
        """The sequence to go on in: `best` itself, or when the prompt leaves much of it behind a
        copy of what they share, or `best` saved first when no other is empty."""
        lost = len(best.tokens) - common_length(best.tokens, prompt)
        if lost <= WORTH_SAVING:
            return best
        kept = best.reusable(prompt)
        oldest = min(free, key=lambda sequence: (len(sequence.tokens) > 0, sequence.used))
        if kept == 0 or not oldest.tokens:
            if oldest.tokens:
                self.save(oldest)
            oldest.copy_from(best, kept)
            return oldest
        self.save(best)
        return best

    def _fetch(self, match: Match, free: list[Sequence]) -> Sequence | None:
        """A sequence with the saved segments of a match; None when they cannot be had."""
        sequence = min(free, key=lambda sequence: (len(sequence.tokens) > 0, sequence.used))
        payloads = self._store.payloads(match)
        if payloads is None:
            return None
        self.park(sequence)
        self._park_others(sequence)
        self.make_room(match.nodes[-1].segment.end, keep=sequence)
        state = payloads[-1].state
        for node, payload in zip(match.nodes, payloads, strict=True):
            segment = node.segment
            if not self._context.restore_cells(
                sequence.number,
                sequence.position(segment.start),
                sequence.position(segment.start) + count_positions(segment.tokens.tolist()),
                payload.cells,
                state,
            ):
                sequence.forget()
                return None
            own = state if node is match.nodes[-1] else b""
            sequence.restored(segment.tokens.tolist(), own)
        return sequence

    def _park_others(self, sequence: Sequence) -> None:
        """Save long idle conversations and give their cells back: every token attends over all
        cells in use, also those that are not its own, and what is saved comes back quickly."""
        aside = self.aside
        if aside and not aside.busy and time.monotonic() - aside.used > ASIDE_SECONDS:
            aside.forget()
        for other in self.free:
            if other is not sequence and len(other.tokens) >= WORTH_PARKING and self._store.keeps:
                self.park(other)

    def make_room(self, tokens: int, keep: Sequence) -> bool:
        """Park idle conversations until so many more tokens fit beside `keep`."""
        idle = sorted(
            (one for one in self.sequences if not one.busy and one is not keep and one.tokens),
            key=lambda one: one.used,
        )
        for sequence in idle:
            if self.held + tokens <= self._context.cells:
                break
            self.park(sequence)
        crowded = self.held + tokens > self._context.cells
        if crowded and self.aside and self.aside is not keep and not self.aside.busy:
            self.aside.forget()
        return self.held + tokens <= self._context.cells

    def park(self, sequence: Sequence) -> None:
        """Save a conversation and give its cells back."""
        if sequence is not self.aside:
            self.save(sequence)
        sequence.forget()

    def wipe(self) -> None:
        """Save everything and overwrite the cells, when no sequence is busy."""
        for sequence in self._all:
            self.park(sequence)
        self._context.wipe()

    def save(self, sequence: Sequence, least: int = WORTH_SAVING) -> None:
        """Put into the store what is not there yet of a conversation, when it is at least so many
        tokens."""
        whole = self._store.whole(sequence.tokens)
        for end, state in self._divisions(sequence, whole.length, least):
            start = whole.length
            places = sequence.position(start), sequence.position(end)
            cells = self._context.save_cells(sequence.number, *places)
            whole = self._store.add(whole, sequence.tokens[start:end], Payload(cells, state))

    def _divisions(self, sequence: Sequence, start: int, least: int) -> list[tuple[int, bytes]]:
        """Ends of the segments to save, with the recurrent state at each."""
        end = len(sequence.tokens)
        if self._recurrent:
            if end - max(sequence.marked, start) >= least:
                sequence.mark()
            return [(mark.length, mark.state) for mark in sequence.marks if mark.length > start]
        ends: list[int] = []
        for mark in sequence.marks:
            if mark.length - start >= LEAST_SEGMENT:
                ends.append(mark.length)
                start = mark.length
        if end - start >= least:
            ends.append(end)
        return [(place, b"") for place in ends]

    def save_all(self) -> int:
        """Save every conversation to its last token, and put all on disk; how many tokens are kept
        nowhere, because neither disk nor memory has room for them."""
        for sequence in self.sequences:
            self.save(sequence, least=1)
        while self._store.write_next():
            pass
        return sum(
            len(sequence.tokens) - self._store.match(sequence.tokens).length
            for sequence in self.sequences
        )

    def save_next(self) -> bool:
        """Save every idle conversation, and put one part of them on disk; False when all is."""
        for sequence in self.sequences:
            if not sequence.busy:
                self.save(sequence)
        return self._store.write_next()

    def forget(self, tokens: Items[int], shared: int) -> None:
        """Drop what goes along with a conversation for more than its first `shared` tokens, saved
        and from sequences that are not busy."""
        for sequence in self._all:
            if not sequence.busy and common_length(sequence.tokens, tokens) > shared:
                sequence.cut(shared)
        self._store.forget(tokens, shared)

    def clear(self) -> None:
        """Drop everything that is saved, and every sequence that is not busy."""
        for sequence in self._all:
            if not sequence.busy:
                sequence.forget()
        self._store.clear()
