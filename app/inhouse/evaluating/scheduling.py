"""Makes many trials at a time: each slot takes the next one, and what is done is kept at once."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from inhouse.evaluating.agent_run import Order
from inhouse.evaluating.assignment import Assignment
from inhouse.evaluating.attempt import Attempt, Trial
from inhouse.evaluating.run_folder import RunFolder
from inhouse.evaluating.trying import Place, try_once

# An endpoint is given up when so many trials in a row fail for want of an answer.
PATIENCE = 3
GIVEN_UP = "{} failed {} times in a row and is asked no more: {}"


class Watcher(Protocol):
    """Somebody who is told how a run goes on."""

    def begins(self, trial: Trial, endpoint: str) -> None:
        """A trial begins."""
        ...

    def ended(self, attempt: Attempt) -> None:
        """A trial is over."""
        ...

    def note(self, text: str) -> None:
        """Something a person should know."""
        ...


@dataclass(slots=True)
class Endpoint:
    """Who answers, "" for the engine of this machine, and how many trials it failed in a row."""

    url: str
    failures: int = 0

    @property
    def usable(self) -> bool:
        """Whether it is asked again."""
        return self.failures < PATIENCE

    def learn(self, attempt: Attempt) -> None:
        """Take how a trial ended."""
        lost = attempt.outcome == "error" and attempt.ending == "engine_error"
        self.failures = self.failures + 1 if lost else 0


@dataclass(frozen=True, slots=True)
class Schedule:
    """Everything a slot needs to make trials."""

    assignments: Mapping[str, Assignment]
    order: Callable[[Trial, Assignment, str], Order]
    place: Place
    run: RunFolder
    watcher: Watcher
    done: list[Attempt] = field(default_factory=list[Attempt])


async def make_trials(
    trials: Sequence[Trial], schedule: Schedule, urls: Sequence[str], jobs: int
) -> int:
    """Make all of them, `jobs` at a time at each endpoint; how many were not made.

    Some are left only when no endpoint answers any more. Raises OSError when a result cannot be
    kept.
    """
    waiting = deque(trials)
    endpoints = [Endpoint(url) for url in urls]
    async with asyncio.TaskGroup() as group:
        for endpoint in endpoints:
            for _job in range(jobs):
                group.create_task(_work_off(waiting, schedule, endpoint))
    return len(waiting)


async def _work_off(waiting: deque[Trial], schedule: Schedule, endpoint: Endpoint) -> None:
    while waiting and endpoint.usable:
        trial = waiting.popleft()
        assignment = schedule.assignments[trial.task]
        schedule.watcher.begins(trial, endpoint.url)
        order = schedule.order(trial, assignment, endpoint.url)
        logs = schedule.run.logs_of(trial)
        attempt = await try_once(assignment, trial, order, schedule.place, logs)
        schedule.run.append(attempt)
        schedule.done.append(attempt)
        endpoint.learn(attempt)
        schedule.watcher.ended(attempt)
        if not endpoint.usable:
            where = endpoint.url or "The engine"
            schedule.watcher.note(GIVEN_UP.format(where, PATIENCE, attempt.reason))
