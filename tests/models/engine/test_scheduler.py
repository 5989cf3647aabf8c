"""Several answers at once: fair, within the room there is, and each as if it were alone."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inhouse_models.engine.job import Ended, Job, Reading, Step, Written
from inhouse_models.engine.loading import EngineOptions
from inhouse_models.engine.scheduler import STANDSTILL_SECONDS, URGENT
from inhouse_models.engine.thought import ThoughtBudget
from inhouse_models.engine.worker import Engine

from .conftest import LoadedEngine

pytestmark = pytest.mark.model
EXACT = EngineOptions(
    Path(), context=1024, threads=1, keys="f32", values="f32", sequences=2, drafting="off"
)
Kind = str


class Group:
    """Jobs that are submitted together; `events` are all steps in the order they came."""

    def __init__(self, loaded: LoadedEngine) -> None:
        self._loaded = loaded
        self._done: list[threading.Event] = []
        self.jobs: list[Job] = []
        self.events: list[tuple[int, Step]] = []

    def submit(
        self,
        prompt: tuple[int, ...],
        notice: Callable[[Step], None] = lambda _step: None,
        **options: Any,
    ) -> Job:
        number, done = len(self.jobs), threading.Event()

        def emit(step: Step) -> None:
            self.events.append((number, step))
            notice(step)
            if isinstance(step, Ended):
                done.set()

        job = Job(prompt, emit, **options)
        self.jobs.append(job)
        self._done.append(done)
        self._loaded.engine.submit(job)
        return job

    def submit_at_once(self, submit: Callable[[], object]) -> None:
        """Let a step of another job submit: none of these is done before the last one is there,
        however late this thread is."""
        submitted: list[object] = []

        def watch(_job: Job, _step: Step) -> None:
            if not submitted:
                submitted.append(submit())

        prompt = self._loaded.chat("go")
        self._loaded.run(lambda emit: Job(prompt, emit, max_tokens=1), watch)

    def wait(self) -> list[Ended]:
        for done in self._done:
            assert done.wait(timeout=120)
        ended = {number: step for number, step in self.events if isinstance(step, Ended)}
        return [ended[number] for number in range(len(self.jobs))]

    def order(self, kind: type[object]) -> list[int]:
        """Which jobs took steps of a kind, in order."""
        return [number for number, step in self.events if isinstance(step, kind)]


@pytest.fixture(scope="module", params=["qwen2", "qwen35"])
def loaded(
    request: pytest.FixtureRequest, tiny_model: Callable[[Kind], Path]
) -> Iterator[LoadedEngine]:
    engine = Engine(replace(EXACT, path=tiny_model(request.param)))
    engine.start()
    yield LoadedEngine(engine)
    engine.stop()


def test_two_answers_at_once_are_those_of_each_alone(loaded: LoadedEngine) -> None:
    prompts = [loaded.chat(text) for text in ("one thing", "quite another thing " * 8)]
    alone = [loaded.ask(prompt, max_tokens=40).ended.ids for prompt in prompts]
    loaded.ask(loaded.chat("something else"), max_tokens=1)
    group = Group(loaded)
    group.submit_at_once(
        lambda: [group.submit((*prompt[:-1], *prompt[-1:]), max_tokens=40) for prompt in prompts]
    )
    together = group.wait()
    assert [ended.ids for ended in together] == alone
    written = group.order(Written)
    # They took turns: neither waited until the other one was done.
    assert written.index(1) < 40
    assert 0 in written[written.index(1) :]


def test_a_short_prompt_does_not_wait_for_a_long_one(loaded: LoadedEngine) -> None:
    group, begun = Group(loaded), threading.Event()

    def notice(step: Step) -> None:
        if isinstance(step, Reading) and step.done > step.cached:
            begun.set()

    words = loaded.weights.tokenise("many words in a long text " * 160, False)
    group.submit(tuple(words[:900]), notice, max_tokens=1)
    assert begun.wait(timeout=60)
    group.submit(loaded.chat("short"), max_tokens=4)
    group.wait()
    came = group.order(object).index(1)
    first = next(i for i, (n, s) in enumerate(group.events) if n == 1 and isinstance(s, Written))
    chunks = [s for n, s in group.events[came:first] if n == 0 and isinstance(s, Reading)]
    assert len(chunks) <= 2


def test_more_jobs_than_sequences_all_end(loaded: LoadedEngine) -> None:
    group = Group(loaded)
    for number in range(6):
        group.submit(loaded.chat(f"question {number}"), max_tokens=6)
    assert [len(ended.ids) for ended in group.wait()] == [6] * 6


def test_conversations_that_do_not_fit_together_take_turns(loaded: LoadedEngine) -> None:
    words = loaded.weights.tokenise("something that is long enough to fill the cells " * 90, False)
    prompts = [tuple(words[:580]), tuple(words[40:600])]
    alone = [loaded.ask(prompt, max_tokens=30).ended for prompt in prompts]
    group = Group(loaded)
    for prompt in prompts:
        group.submit(prompt, max_tokens=30)
    assert [ended.ids for ended in group.wait()] == [ended.ids for ended in alone]


def test_an_answer_that_grows_out_of_the_cells_pushes_the_other_aside(
    loaded: LoadedEngine,
) -> None:
    words = loaded.weights.tokenise("words to fill the cells with in any case " * 90, False)
    prompts = [tuple(words[:490]), tuple(words[3:493])]
    alone = [loaded.ask(prompt, max_tokens=60).ended for prompt in prompts]
    group = Group(loaded)
    for prompt in prompts:
        group.submit(prompt, max_tokens=60)
    ended = group.wait()
    assert [one.ids for one in ended] == [one.ids for one in alone]
    assert [one.usage.output_tokens for one in ended] == [60, 60]
    for number in (0, 1):
        written = [s.token for n, s in group.events if n == number and isinstance(s, Written)]
        assert tuple(written) == alone[number].ids


def test_reading_ahead_makes_the_answer_come_at_once(loaded: LoadedEngine) -> None:
    prompt = loaded.chat("the words that are known before they are sent " * 5)
    ahead = loaded.ask(prompt, max_tokens=0, priority=-1).ended
    assert ahead.ids == ()
    assert ahead.reason == "length"
    answer = loaded.ask(prompt, max_tokens=4).ended
    assert answer.usage.cached_input_tokens == len(prompt)


def test_whoever_waits_goes_before_what_is_read_ahead(loaded: LoadedEngine) -> None:
    group = Group(loaded)
    ahead = [loaded.chat(text) for text in ("first " * 100, "second " * 100, "third " * 100)]
    question = loaded.chat("the person's own question")

    def submit() -> None:
        for prompt in ahead:
            group.submit(prompt, max_tokens=0, priority=-1)
        group.submit(question, max_tokens=3)

    group.submit_at_once(submit)
    group.wait()
    ended = group.order(Ended)
    assert sorted(ended) == [0, 1, 2, 3]
    assert ended.index(3) <= 2


def test_who_is_urgent_goes_before_an_answer_that_hardly_goes_on(loaded: LoadedEngine) -> None:
    group, prompt = Group(loaded), loaded.chat("a key was pressed " * 12)
    written: list[Step] = []

    def notice(step: Step) -> None:
        if isinstance(step, Written):
            written.append(step)
            if len(written) == 5:
                asked_at.append(time.monotonic())
                group.submit(prompt, max_tokens=8, priority=URGENT)

    asked_at: list[float] = []
    group.submit(loaded.chat("many words"), notice, max_tokens=80)
    ended = group.wait()
    assert [len(one.ids) for one in ended] == [80, 8]
    assert group.order(Ended) == [1, 0]
    came = group.order(object).index(1)
    last = next(i for i, (n, s) in enumerate(group.events) if n == 1 and isinstance(s, Ended))
    steps = [s for n, s in group.events[came:last] if n == 0 and isinstance(s, Written)]
    # One in a second, and what was under way.
    assert len(steps) <= 2 + (time.monotonic() - asked_at[0]) / STANDSTILL_SECONDS


def test_cancelled_jobs_leave_the_queue(loaded: LoadedEngine) -> None:
    group = Group(loaded)
    prompts = [loaded.chat(f"number {number}") for number in range(5)]

    def submit() -> None:
        for prompt in prompts:
            group.submit(prompt, max_tokens=10)
        for job in group.jobs[2:]:
            job.cancel()

    group.submit_at_once(submit)
    reasons = [ended.reason for ended in group.wait()]
    assert reasons[:2] == ["length", "length"]
    assert set(reasons[2:]) == {"cancelled"}


def test_thinking_is_closed_at_its_budget_without_reading_again(loaded: LoadedEngine) -> None:
    prompt = loaded.chat("think")
    free = loaded.ask(prompt, max_tokens=30).ended.ids
    closing = tuple(loaded.weights.tokenise("\n\nenough\n\n", False))
    opens, closes = loaded.weights.tokenise("<|fim_prefix|><|fim_suffix|>", True)
    budget = ThoughtBudget(10, opens, closes, (*closing, closes), begun=True)
    held = loaded.ask(prompt, max_tokens=30, thinking=budget).ended
    assert held.ids[:10] == free[:10]
    assert held.ids[10 : 11 + len(closing)] == (*closing, closes)
    assert len(held.ids) == 30
    assert held.usage.cached_input_tokens == len(prompt)
