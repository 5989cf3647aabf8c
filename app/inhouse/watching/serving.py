"""Watches a folder and runs a turn for the comments of each save, until the person ends it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from inhouse.build import BuildProblem
from inhouse.exit_codes import ExitCode
from inhouse.interrupting import interrupts
from inhouse.oneshot import finish_problem
from inhouse.watching.looking import Looker
from inhouse.watching.network_folder import needs_polling
from inhouse.watching.saves import Saves
from inhouse.watching.turns import Turns
from inhouse_agent.events import Noticed
from inhouse_agent.undo import store_of
from inhouse_tools.git.repository import open_repository
from inhouse_tools.refusal import Refusal

if TYPE_CHECKING:
    from inhouse.build import Connect, Wish
    from inhouse.connect import Progress
    from inhouse.output.formats import Output
    from inhouse.watching.comment import AIComment

GIB: Final = 1024**3
WATCHING: Final = "Watching {}: save a comment that ends in AI! (do it) or AI? (answer)."
NOTHING: Final = "No AI comment stands in what differs from the last commit."
FOUND: Final = "{}: {}"
GOES_ON: Final = "The turn was ended. Still watching; Ctrl+C once more ends that."
CANNOT_WATCH: Final = "{} cannot be watched: {}"
NO_GIT: Final = (
    "Without git what a person saves is not told from what other programs write: every new AI "
    "comment below {} starts a turn."
)


@dataclass(frozen=True, slots=True)
class Way:
    """How it is watched: only `once`, `anew` with a new session for each turn, by `polling`."""

    once: bool = False
    anew: bool = False
    polling: bool = False


async def watch(
    wish: "Wish", way: Way, output: "Output", step: "Progress", connect_model: "Connect"
) -> ExitCode:
    """Until the person ends it, or once what stands there is done.

    `step` hears of the long steps before the first turn. Raises OSError when the output cannot be
    written.
    """
    repository = await open_repository(wish.root)
    if isinstance(repository, Refusal):
        repository = None
        output.show(Noticed(NO_GIT.format(wish.root)))
    store = store_of(wish.root, int(wish.settings.undo_disk * GIB))
    looker = Looker(wish.root.resolve(), repository, store, once=way.once)
    turns = Turns(wish, output, step, connect_model, looker.wrote, anew=way.anew)

    def say(*notices: str) -> None:
        for notice in notices:
            output.show(Noticed(notice))

    watching = _Watching(looker, turns, say)
    with interrupts(partial(_end_turn, turns, say, once=way.once)) as interrupted:
        try:
            opened = await turns.open()
            if isinstance(opened, BuildProblem):
                return finish_problem(opened, output)
            if way.once:
                return await watching.once()
            beside = () if repository is None else (repository.folder,)
            polling = way.polling or needs_polling(wish.root.resolve())
            saves = Saves(wish.root.resolve(), beside, polling, say)
            problem = await watching.on(saves)
            if problem is not None:
                why = CANNOT_WATCH.format(wish.root, problem.strerror or problem)
                return finish_problem(BuildProblem(why, ExitCode.FAILED), output)
        except asyncio.CancelledError:
            if not interrupted():
                raise
        finally:
            await turns.close()
    return ExitCode.INTERRUPTED


class _Watching:
    """The loop: what was saved is looked at, what waits is done, then what was saved meanwhile."""

    def __init__(self, looker: Looker, turns: Turns, say: Callable[..., None]) -> None:
        self._looker = looker
        self._turns = turns
        self._say = say
        self._dirty: set[str] = set()
        self._awake = asyncio.Event()

    async def once(self) -> ExitCode:
        """Does what stands there."""
        self._say(*await self._looker.begin())
        comments = await self._looker.gather()
        if not comments:
            self._say(NOTHING)
            return ExitCode.DONE
        return await self._take(comments)

    async def on(self, saves: Saves) -> OSError | None:
        """Goes on until it is cancelled, or until the folder cannot be watched any more."""
        batches = saves.batches()
        collecting = asyncio.create_task(self._collect(batches, saves))
        try:
            while True:
                await self._awake.wait()
                self._awake.clear()
                if collecting.done():
                    return collecting.result()
                paths, self._dirty = self._dirty, set()
                self._say(*await self._looker.look(paths))
                comments = await self._looker.gather()
                if comments:
                    await self._take(comments)
                    self._awake.set()
        finally:
            collecting.cancel()
            await asyncio.wait([collecting])
            await batches.aclose()

    async def _collect(
        self, batches: AsyncGenerator[frozenset[str]], saves: Saves
    ) -> OSError | None:
        """Gathers what has changed; what changes during a turn waits for its end."""
        begun = False
        try:
            async for batch in batches:
                if begun:
                    self._dirty |= batch
                    self._awake.set()
                    continue
                begun = True
                self._say(*await self._looker.begin())
                self._say(WATCHING.format(saves.root))
        except OSError as problem:
            return problem
        finally:
            self._awake.set()
        return None

    async def _take(self, comments: "tuple[AIComment, ...]") -> ExitCode:
        for one in comments:
            self._say(FOUND.format(one.place, one.words))
        return await self._turns.take(comments)


def _end_turn(turns: Turns, say: Callable[..., None], *, once: bool) -> bool:
    """Whether it is a turn that Ctrl+C ends, and watching goes on."""
    if once or not turns.running or not turns.interrupt():
        return False
    say(GOES_ON)
    return True
