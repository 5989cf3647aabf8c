"""One prompt, answered without anybody in front: build, one turn, one result."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from inhouse.build import BuildProblem, Built
from inhouse.complain import complain
from inhouse.exit_codes import ExitCode, code_of
from inhouse.interrupting import interrupts
from inhouse.output.formats import Output
from inhouse.output.result import Result, result_of
from inhouse_agent.carrying_out import carry_out
from inhouse_agent.events import Event, Noticed, TurnEnded
from inhouse_agent.loop import run_turn
from inhouse_agent.plan import Plan

Start = Callable[[Callable[[Event], None]], Awaitable[Built | BuildProblem]]
Act = Callable[[Built], Awaitable[TurnEnded]]
INTERRUPTED = Result("interrupted", "Interrupted before the first answer.")


@dataclass(slots=True)
class Watch:
    """Passes events on, and keeps the notices and the one that ends the turn.

    When nothing can be written any more, `broken` says why and `task` is cancelled once: the turn
    ends like an interrupted one, with its history whole.
    """

    output: Output
    task: asyncio.Task[Any] | None
    ended: TurnEnded | None = None
    broken: OSError | None = None
    notices: list[str] = field(default_factory=list[str])

    def show(self, event: Event) -> None:
        """Take one event."""
        if isinstance(event, TurnEnded):
            self.ended = event
        elif isinstance(event, Noticed):
            self.notices.append(event.text)
        if self.broken is not None:
            return
        try:
            self.output.show(event)
        except OSError as problem:
            self.broken = problem
            if self.task is not None and self.ended is None:
                self.task.cancel()

    def finish(self, result: Result) -> None:
        """Write the result, with the notices."""
        self.output.finish(replace(result, notices=tuple(self.notices)))


def answering(prompt: str) -> Act:
    """What answers a prompt."""

    async def act(built: Built) -> TurnEnded:
        return await run_turn(built.kit, built.history, prompt)

    return act


def carrying_out(plan: Plan) -> Act:
    """What carries a plan out as one change."""

    async def act(built: Built) -> TurnEnded:
        return await carry_out(built.kit, built.history, plan)

    return act


async def run(
    act: Act,
    output: Output,
    start: Start,
    *,
    structured: bool = False,
    notices: Sequence[str] = (),
) -> ExitCode:
    """Do it with what `start` builds, and write the result.

    `start` is given the function that takes events. With `structured` the answer is JSON.
    `notices` are there before anything is started. The first Ctrl+C ends the turn cleanly, the
    second ends the process. Raises OSError when the output cannot be written.
    """
    watch = Watch(output, asyncio.current_task())
    session = ""
    with interrupts() as interrupted:
        try:
            for notice in notices:
                watch.show(Noticed(notice))
            built = await start(watch.show)
            if isinstance(built, BuildProblem):
                return finish_problem(built, watch)
            session = built.session.id
            try:
                await act(built)
            finally:
                await built.close()
        except asyncio.CancelledError:
            if not interrupted() and watch.broken is None:
                raise
    if watch.broken is not None:
        raise watch.broken
    if watch.ended is None:
        watch.finish(INTERRUPTED)
        return ExitCode.INTERRUPTED
    result = result_of(watch.ended, session, structured=structured)
    watch.finish(result)
    return code_of(result.ending)


def finish_problem(problem: BuildProblem, output: Output) -> ExitCode:
    """Say why there was no turn; a missing model is a result, a wrong wish only a message."""
    if problem.error is None:
        complain(problem.text)
    else:
        output.finish(Result("engine_error", problem.text, error=problem.error))
    return problem.code
