"""The session of a watched folder: opened once, one turn after the other, each with its result."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from inhouse.build import BuildProblem, Built, build
from inhouse.exit_codes import ExitCode, code_of
from inhouse.oneshot import INTERRUPTED, finish_problem
from inhouse.output.result import result_of
from inhouse.watching.turn import STAYS, run_comments
from inhouse_agent.events import Event, FileChanged, Noticed, TurnEnded

if TYPE_CHECKING:
    from inhouse.build import Connect, Wish
    from inhouse.connect import Progress
    from inhouse.output.formats import Output
    from inhouse.watching.comment import AIComment

ENDED: Final = "the turn was ended"


class Turns:
    """Runs turns for comments. At most one runs; follow-ups go on with the conversation.

    `anew` begins a new session for each. `wrote` hears of each file that a turn has written.
    """

    def __init__(  # noqa: PLR0913 - what a session is opened with, and two ways to watch it
        self,
        wish: "Wish",
        output: "Output",
        step: "Progress",
        connect_model: "Connect",
        wrote: Callable[[str], None],
        *,
        anew: bool,
    ) -> None:
        self._wish = wish
        self._output = output
        self._step = step
        self._connect = connect_model
        self._wrote = wrote
        self._anew = anew
        self._built: Built | None = None
        self._task: asyncio.Task[TurnEnded] | None = None
        self._ended: TurnEnded | None = None
        self._written: set[str] = set()
        self.broken: OSError | None = None
        """Why nothing can be written any more."""

    @property
    def running(self) -> bool:
        """Whether a turn runs now."""
        return self._task is not None

    async def open(self) -> Built | BuildProblem:
        """Opens the session, unless it is open."""
        if self._built is None:
            built = await build(self._wish, self._show, self._step, connect_model=self._connect)
            if isinstance(built, BuildProblem):
                return built
            self._built = built
        return self._built

    async def take(self, comments: "Sequence[AIComment]") -> ExitCode:
        """Runs a turn for these comments to its end, and writes its result.

        Raises OSError when the output cannot be written.
        """
        built = await self.open()
        if isinstance(built, BuildProblem):
            return finish_problem(built, self._output)
        self._ended = None
        self._written.clear()
        self._task = asyncio.create_task(run_comments(built, comments))
        try:
            await asyncio.wait([self._task])
        except asyncio.CancelledError:
            self._task.cancel()
            await asyncio.wait([self._task])
            raise
        finally:
            task, self._task = self._task, None
        ended = self._ended if task.cancelled() else task.result()
        return await self._finish(built, comments, ended, interrupted=task.cancelled())

    def interrupt(self) -> bool:
        """Ends the running turn at the next token; False when that was begun before."""
        task = self._task
        return task is not None and not task.cancelling() and task.cancel()

    async def close(self) -> None:
        """Lets go of the session, which stays on disk."""
        built, self._built = self._built, None
        if built is not None:
            await built.close()

    async def _finish(
        self,
        built: Built,
        comments: "Sequence[AIComment]",
        ended: TurnEnded | None,
        *,
        interrupted: bool,
    ) -> ExitCode:
        for path in ended.files_changed if ended else ():
            # What a command has changed is no person's save either.
            if path not in self._written:
                self._wrote(path)
        if self.broken is not None:
            raise self.broken
        if interrupted:
            places = ", ".join(one.place for one in comments)
            self._output.show(Noticed(STAYS.format(ENDED, places)))
        result = (
            INTERRUPTED if ended is None else result_of(ended, built.session.id, structured=False)
        )
        self._output.finish(result)
        if self._anew:
            await self.close()
        return code_of(result.ending)

    def _show(self, event: Event) -> None:
        if isinstance(event, TurnEnded):
            self._ended = event
        if isinstance(event, FileChanged):
            self._written.add(event.path)
            self._wrote(event.path)
        if self.broken is not None:
            return
        try:
            self._output.show(event)
        except OSError as problem:
            self.broken = problem
            self.interrupt()
