"""The engine's own loop in this process, without its thread: for figures of single steps."""

import time
from dataclasses import dataclass, field
from pathlib import Path

from inhouse_models.engine.constraint import GrammarCompiler
from inhouse_models.engine.context import Context, ContextOptions
from inhouse_models.engine.conversations import Conversations
from inhouse_models.engine.job import Ended, Hold, Job, Reading, Step, Written
from inhouse_models.engine.scheduler import Scheduler
from inhouse_models.engine.store.prefix_store import Budget, PrefixStore
from inhouse_models.engine.weights import Weights


@dataclass(slots=True)
class Answered:
    """One job's steps, and the processor seconds of this process while it wrote."""

    steps: list[Step] = field(default_factory=list[Step])
    processor_seconds: float = 0.0

    @property
    def ended(self) -> Ended:
        """The end of a job that did not fail."""
        last = self.steps[-1]
        if not isinstance(last, Ended) or last.error is not None:
            raise RuntimeError(f"the job failed: {last}")
        return last

    @property
    def seconds(self) -> float:
        """Of writing, the prompt not counted."""
        return self.ended.timings.write_seconds

    @property
    def written(self) -> list[Written]:
        """The tokens of the answer with their text, the end of the turn not among them."""
        return [step for step in self.steps if isinstance(step, Written)]

    def take(self, step: Step) -> None:
        """Note a step; the clock runs from the end of the prompt on."""
        self.steps.append(step)
        read = isinstance(step, Reading) and step.done == step.total
        if read or isinstance(step, Ended):
            self.processor_seconds = time.process_time() - self.processor_seconds


class Loop:
    """A model with a scheduler that is stepped by whoever measures. Nothing is saved."""

    def __init__(self, model: Path, threads: int, cells: int, sequences: int = 4) -> None:
        self.weights = Weights(model)
        options = ContextOptions(cells=cells, threads=threads, sequences=sequences)
        self.context = Context(self.weights, options)
        store = PrefixStore("bench", None, Budget(0, 0), recurrent=self.weights.recurrent)
        self._grammar: GrammarCompiler | None = None
        self._conversations = Conversations(self.context, store, 8)
        self.scheduler = Scheduler(self.context, self._conversations, self._get_compiler)

    def chat(self, text: str, answer: str = "") -> tuple[int, ...]:
        """A prompt of one message, and what its answer begins with."""
        prompt = f"<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n{answer}"
        return tuple(self.weights.tokenise(prompt, special=True))

    def add(
        self,
        prompt: tuple[int, ...],
        most: int,
        hold: Hold | None = None,
        *,
        doubts: bool = False,
    ) -> Answered:
        """Queue a job; it goes on with every step of the scheduler."""
        answered = Answered()
        self.scheduler.add(Job(prompt, answered.take, max_tokens=most, hold=hold, doubts=doubts))
        return answered

    def answer(
        self,
        prompt: tuple[int, ...],
        most: int,
        hold: Hold | None = None,
        *,
        doubts: bool = False,
    ) -> Answered:
        """One job from its beginning to its end; with `doubts` it says where it hesitated."""
        answered = self.add(prompt, most, hold, doubts=doubts)
        self.finish()
        return answered

    def forget_answer(self, prompt: tuple[int, ...]) -> None:
        """Take back what was answered to a prompt, so that the next answer is not drafted from
        it."""
        for sequence in self._conversations.sequences:
            if tuple(sequence.tokens[: len(prompt)]) == prompt:
                sequence.cut(len(prompt))
                sequence.dropped = ()

    def finish(self) -> None:
        """Step until nothing is left to do."""
        while not self.scheduler.idle:
            self.scheduler.step()

    def close(self) -> None:
        """Free the memory."""
        self.context.close()
        self.weights.close()

    def _get_compiler(self) -> GrammarCompiler:
        if self._grammar is None:
            self._grammar = GrammarCompiler(self.weights)
        return self._grammar
