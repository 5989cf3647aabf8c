"""Answers that copy real files with one name changed, as ids of a small tokeniser."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inhouse_models.engine.drafting.curve import BatchCurve, smooth_curve
from inhouse_models.engine.drafting.drafter import Drafter
from inhouse_models.engine.drafting.lookup import Lookup
from inhouse_models.engine.drafting.policy import DraftPolicy

SAMPLES = Path(__file__).parent / "samples"
# Source files of 2 to 4 kB, kept as they once were, and a name that each uses often.
RENAMED = {
    "trust.txt": "folder",
    "rules.txt": "pattern",
    "record.txt": "path",
    "remote.txt": "model",
    "insertion.txt": "anchor",
}
NEW_NAME = "renamed_thing"
ANSWER_IDS = 256
# Words in pieces with the space before them, line breaks with their indent, marks in bunches.
PIECE = re.compile(r" ?[A-Za-z]{1,7}|\n[ \n]*| ?[^\w\s]+|\s+|\w")

# Ratios measured with a 1.5B model on two cores, and those of a card that hardly notices.
CPU = smooth_curve(
    {1: 1.0, 2: 1.74, 3: 2.73, 4: 3.05, 5: 4.65, 6: 4.83, 8: 6.7, 12: 9.6, 16: 12.1, 17: 12.2}
)
GPU = smooth_curve({1: 1.0, 2: 1.03, 4: 1.08, 8: 1.15, 17: 1.35})


class Tokeniser:
    """Gives every piece of text an id."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}

    def tokenise(self, text: str) -> list[int]:
        return [self._ids.setdefault(piece, len(self._ids)) for piece in PIECE.findall(text)]


@dataclass(frozen=True, slots=True)
class Copy:
    """A file, the answer that changes a name in it, and an answer with nothing in common."""

    file: list[int]
    renamed: list[int]
    unrelated: list[int]


def make_copy(path: str) -> Copy:
    tokeniser = Tokeniser()
    text = (SAMPLES / path).read_text("utf-8")
    renamed = re.sub(rf"\b{RENAMED[path]}\b", NEW_NAME, text)
    assert renamed.count(NEW_NAME) >= 5
    paths = list(RENAMED)
    other = (SAMPLES / paths[(paths.index(path) + 1) % len(paths)]).read_text("utf-8")
    return Copy(
        tokeniser.tokenise(text),
        tokeniser.tokenise(renamed)[:ANSWER_IDS],
        tokeniser.tokenise(other)[:ANSWER_IDS],
    )


def count_right(draft: Sequence[int], answer: Sequence[int]) -> int:
    """How many ids of a draft a greedy model would write."""
    pairs = zip(draft, answer, strict=False)
    return next(
        (place for place, (a, b) in enumerate(pairs) if a != b), min(len(draft), len(answer))
    )


@dataclass(slots=True)
class Written:
    """What it took to write an answer."""

    steps: int = 0
    drafted: int = 0
    accepted: int = 0
    seconds: float = 0.0


def write_fixed(lookup: Lookup, answer: Sequence[int], length: int, curve: BatchCurve) -> Written:
    """Write with drafts of at most `length` at every step."""
    written, place = Written(), 0
    while place < len(answer):
        draft = lookup.draft(length)
        right = count_right(draft, answer[place:])
        lookup.extend(answer[place : place + right + 1])
        place += right + 1
        written.steps += 1
        written.drafted += len(draft)
        written.accepted += right
        written.seconds += curve.at(1 + len(draft))
    return written


def write_adaptive(lookup: Lookup, answer: Sequence[int], policy: DraftPolicy) -> Written:
    """Write with what the policy chooses."""
    written, place = Written(), 0
    drafter = Drafter(lookup, policy)
    while place < len(answer):
        draft = drafter.propose()
        right = count_right(draft, answer[place:])
        seconds = policy.curve.at(1 + len(draft))
        drafter.record(right, seconds)
        drafter.extend(answer[place : place + right + 1])
        place += right + 1
        written.steps += 1
        written.drafted += len(draft)
        written.accepted += right
        written.seconds += seconds
    return written
