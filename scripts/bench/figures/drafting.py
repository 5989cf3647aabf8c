"""Drafting: how much of it is right, and whether it pays on this machine."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from figure import Bench, Figure, Target
from loop import Answered, Loop
from material import ROOT

from inhouse_models.engine.drafting.curve import ROWS, BatchCurve, measure_curve
from inhouse_models.engine.drafting.fixed import FixedPolicy
from inhouse_models.engine.drafting.policy import DraftPolicy
from inhouse_models.engine.job import Drafts
from inhouse_models.engine.sequence import common_length

# Real files of 2 to 4 kB of this repository, and what is renamed in them.
COPIED = (
    ("models/inhouse_models/engine/batch.py", "part", "piece"),
    ("models/inhouse_models/host/places.py", "folder", "directory"),
    ("models/inhouse_models/record.py", "stamp", "trace"),
    ("models/inhouse_models/formats/pieces.py", "literals", "spellings"),
    ("tools/inhouse_tools/editing/insertion.py", "anchor", "landmark"),
)
FRESH = (
    "Write a Python class for a cache that forgets what was not used for longest.",
    "Write a Python program that reads a CSV file and prints the sum of every column.",
)
LENGTHS = (4, 10, 16)
# What a card that reads its weights from memory once per batch needs more for 16 rows than for
# one. No such card is here: a round number, for a 27B model on an RTX 4090.
FLAT_RISE = 0.15


@dataclass(slots=True)
class _Runs:
    """All answers to one prompt: by the length of drafts (0 for none), with our choice, and one
    without drafts that says where it hesitated."""

    doubtful: Answered | None = None
    fixed: dict[int, list[Answered]] = field(default_factory=dict[int, list[Answered]])
    chosen: list[Answered] = field(default_factory=list[Answered])

    @property
    def parting(self) -> float | None:
        """None when every answer has the same tokens, else how much less likely the other token
        was where the first of them goes another way: 1.0 is a tie."""
        answers = [*self.chosen, *(one for runs in self.fixed.values() for one in runs)]
        texts = {one.ended.ids for one in answers}
        if len(texts) == 1 or self.doubtful is None:
            return None
        plain = self.doubtful.ended
        place = min(common_length(plain.ids, text) for text in texts if text != plain.ids)
        return max((one.odds for one in plain.doubts if one.place == place), default=0.0)

    def drafts(self, length: int) -> Drafts:
        """What became of the drafts of a length; the same in every run."""
        return self.fixed[length][0].ended.drafts

    def seconds(self, length: int) -> float:
        """The least of a length: disturbances only add."""
        return min(one.seconds for one in self.fixed[length])

    @property
    def cpu_ratios(self) -> list[float]:
        """Processor seconds of our choice over those without drafts, pair by pair."""
        pairs = zip(self.chosen, self.fixed[0], strict=True)
        return [mine.processor_seconds / off.processor_seconds for mine, off in pairs]


def measure_drafting(bench: Bench) -> list[Figure]:
    """Five files copied with one name replaced, and fresh code as control, 256 tokens each."""
    loop = Loop(bench.model, bench.threads, 8_192, sequences=2)
    try:
        curve = measure_curve(loop.context.time_rows, min(ROWS, loop.context.options.drafts + 1))
        measured = _Measured(loop, DraftPolicy(curve), bench.few(256, 24))
        tasks, wishes = COPIED[: bench.few(5, 1)], FRESH[: bench.few(2, 1)]
        copied = [measured.run(_copy_prompt(loop, *task), bench.few(2, 1)) for task in tasks]
        asked = (loop.chat(wish, "```python\n") for wish in wishes)
        fresh = [measured.run(prompt, bench.few(5, 1)) for prompt in asked]
    finally:
        loop.close()
    return [
        *(_accepted(copied, length, bound) for length, bound in ((10, 4.0), (4, 2.5))),
        _identical([*copied, *fresh]),
        _against_best(copied),
        _against_off("our choice / no drafts, copying", copied),
        _against_off("our choice / no drafts, fresh code", fresh),
        _on_flat_curve(copied, curve),
    ]


@dataclass(frozen=True, slots=True)
class _Measured:
    """Runs prompts with every way to draft. `policy` is kept, as the engine keeps it."""

    loop: Loop
    policy: DraftPolicy
    tokens: int

    def run(self, prompt: tuple[int, ...], rounds: int) -> _Runs:
        """Our choice and no drafts side by side, so often, and every fixed length once."""
        runs = _Runs()
        self.loop.answer(prompt, 1)
        self.loop.scheduler.draft_by(None)
        runs.doubtful = self.loop.answer(prompt, self.tokens, doubts=True)
        for turn in range(rounds):
            order = (None, 0) if turn % 2 else (0, None)
            for length in order:
                self._answer(prompt, length, runs)
        for length in LENGTHS:
            self._answer(prompt, length, runs)
        return runs

    def _answer(self, prompt: tuple[int, ...], length: int | None, runs: _Runs) -> None:
        policy = self.policy if length is None else FixedPolicy(length) if length else None
        self.loop.scheduler.draft_by(policy)
        self.loop.forget_answer(prompt)
        answered = self.loop.answer(prompt, self.tokens)
        (runs.chosen if length is None else runs.fixed.setdefault(length, [])).append(answered)


def _copy_prompt(loop: Loop, path: str, old: str, new: str) -> tuple[int, ...]:
    text = (ROOT / path).read_text(encoding="utf-8")
    question = f"{path}:\n```python\n{text}```\nRename the variable `{old}` to `{new}`."
    return loop.chat(f"{question} Write the whole file.", "```python\n")


def _accepted(runs: Sequence[_Runs], length: int, bound: float) -> Figure:
    """Right ids per batch; the one that every batch gives anyway is not counted."""
    steps = sum(one.drafts(length).steps for one in runs)
    accepted = sum(one.drafts(length).accepted for one in runs)
    drafted = sum(one.drafts(length).drafted for one in runs)
    return Figure(
        f"accepted ids per batch, drafts of {length}",
        accepted / steps,
        target=Target("at least", bound),
        note=f"{accepted} of {drafted} drafted ids in {steps} batches, {len(runs)} files; batches"
        " without a draft count too",
    )


def _identical(runs: Sequence[_Runs]) -> Figure:
    partings = [one.parting for one in runs]
    same = sum(parting is None for parting in partings)
    note = f"{same} of {len(runs)} texts are the same without drafts and with drafts of all kinds"
    ties = ", ".join(f"{parting:.3f}" for parting in partings if parting is not None)
    if ties:
        note += f"; the others part where a second token is so much as likely as the first: {ties}"
    return Figure("identical text", 100 * same / len(runs), "%", "", None, None, _ALL, note)


_ALL = Target("at least", 100.0)


def _against_best(runs: Sequence[_Runs]) -> Figure:
    """Seconds of our choice over those of the fixed length that is best for these texts."""
    lengths = {length: sum(one.seconds(length) for one in runs) for length in (0, *LENGTHS)}
    best = min(lengths, key=lambda length: lengths[length])
    chosen = sum(min(one.seconds for one in run.chosen) for run in runs)
    listed = ", ".join(f"{length or 'off'}: {sum_:.2f} s" for length, sum_ in lengths.items())
    return Figure(
        "our choice / best fixed length, copying",
        chosen,
        "s",
        f"{'no drafts' if best == 0 else f'drafts of {best}'},",
        lengths[best],
        chosen / lengths[best],
        Target("at most", 1.10),
        f"sums over {len(runs)} files; {listed}",
    )


def _against_off(what: str, runs: Sequence[_Runs]) -> Figure:
    ratios = [ratio for one in runs for ratio in one.cpu_ratios]
    pairs = [pair for run in runs for pair in zip(run.chosen, run.fixed[0], strict=True)]
    return Figure(
        what,
        statistics.median(mine.processor_seconds for mine, _off in pairs),
        "CPU s",
        "no drafts,",
        statistics.median(off.processor_seconds for _mine, off in pairs),
        statistics.median(ratios),
        Target("at most", 1.03),
        f"{len(ratios)} pairs, from {min(ratios):.3f} to {max(ratios):.3f}",
    )


def _on_flat_curve(runs: Sequence[_Runs], curve: BatchCurve) -> Figure:
    """What the drafts that were right here would gain where a batch costs little more than one
    row, beside what batches cost here."""
    alone = sum(one.drafts(0).steps for one in runs)
    gains: dict[int, float] = {}
    for length in LENGTHS:
        cost = 1.0 + FLAT_RISE * length / 15
        gains[length] = alone / (cost * sum(one.drafts(length).steps for one in runs))
    best = max(gains, key=lambda length: gains[length])
    here = ", ".join(f"{rows}: {curve.at(rows) / curve.at(1):.2f}" for rows in (1, 2, 4, 8, 11, 16))
    return Figure(
        "gain of drafting on a nearly flat curve, computed",
        gains[best],
        "times",
        note=f"drafts of {best}, where 16 rows cost {1 + FLAT_RISE} of one; here rows cost {here}"
        f" of one ({curve.at(1) * 1000:.1f} ms)",
    )
