"""Greedy answers that are verified in batches, on a context of ours, with any predictor."""

from collections.abc import Sequence as Items
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inhouse_models.engine.context import Context, ContextOptions
from inhouse_models.engine.sequence import Sequence, common_length
from inhouse_models.engine.weights import Weights

if TYPE_CHECKING:
    from inhouse_models.engine.drafting.predictor import Predictor

DRAFTS = 4
# Numbers of other batch sizes differ by 1e-5 only, so that texts can be compared.
EXACT = ContextOptions(
    cells=2048, threads=1, sequences=2, rollback=DRAFTS, drafts=DRAFTS, keys="f32", values="f32"
)
PROMPT = "<|im_start|>user\nSay something about {}.<|im_end|>\n<|im_start|>assistant\n"


@dataclass(slots=True)
class Counted:
    """What became of drafts."""

    steps: int = 0
    drafted: int = 0
    accepted: int = 0


class Writer:
    """A model in a context with sequences; drafts come from `predictor` when it is set."""

    def __init__(self, weights: Weights, options: ContextOptions = EXACT) -> None:
        self.weights = weights
        self.context = Context(weights, options)
        self.sequences = [Sequence(self.context, n, 16) for n in range(options.sequences)]
        self.predictor: Predictor | None = None
        self.counted = Counted()

    def prompt(self, topic: str) -> list[int]:
        return self.weights.tokenise(PROMPT.format(topic), special=True)

    def read(self, tokens: Items[int], number: int = 0, chunk: int = 100) -> int:
        """Append tokens; the id that follows."""
        sequence = self.sequences[number]
        for first in range(0, len(tokens), chunk):
            part = tokens[first : first + chunk]
            self.context.decode([sequence.rows(part)])
            sequence.extend(part)
        return int(self.context.logits().argmax())

    def step(self, last: int, number: int = 0, limit: int = DRAFTS) -> list[int]:
        """Decode the last id and a draft; the ids that come next."""
        sequence = self.sequences[number]
        draft = self.predictor.draft(number, last, limit) if self.predictor else []
        rows = [last, *draft]
        self.context.decode([sequence.rows(rows, outputs=len(rows))])
        sequence.extend(rows)
        return self._verify(sequence, draft, 0)

    def _verify(self, sequence: Sequence, draft: list[int], first: int) -> list[int]:
        rows = range(first, first + 1 + len(draft))
        expected = [int(self.context.logits(row).argmax()) for row in rows]
        right = common_length(draft, expected)
        if right < len(draft):
            assert sequence.take_back(len(draft) - right)
        self.counted.steps += 1
        self.counted.drafted += len(draft)
        self.counted.accepted += right
        return expected[: right + 1]

    def write(self, first: int, count: int, number: int = 0) -> list[int]:
        """The answer that begins with an id; what is longer than `count` is read all the same."""
        answer = [first]
        while len(answer) < count:
            answer += self.step(answer[-1], number)
        return answer

    def answer(self, prompt: Items[int], count: int, number: int = 0) -> list[int]:
        """Read a prompt behind what a sequence holds, and answer it."""
        return self.write(self.read(prompt, number), count, number)[:count]

    def close(self) -> None:
        if self.predictor is not None:
            self.predictor.close()
        self.context.close()
