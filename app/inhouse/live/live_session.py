"""One open session: at most one turn runs, what is said meanwhile waits or steers it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Final, Literal

from inhouse.live.questions import Questions

if TYPE_CHECKING:
    from inhouse.build import BuildProblem, Built, Connect, Resume, Wish
    from inhouse_agent.compaction import NotCompacted
    from inhouse_agent.events import Compacted, Event
    from inhouse_agent.permission import Mode
    from inhouse_agent.plan import Plan
    from inhouse_agent.rules import Rule
    from inhouse_models.chat import ModelInfo
    from inhouse_tools.tool import Output

State = Literal["starting", "ready", "busy", "failed", "closed"]
Progress = Callable[[int, int, str], None]
DRAFT_PAUSE_SECONDS: Final = 0.5
"""Between two drafts that are read: each costs a little of its end again."""
BY_RULE: Final = "rule"
MODEL_STAYS: Final = "The model stays {}, since the other one cannot be used: {}"


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is to be sent: text, and images as data URLs."""

    text: str
    images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who is told: of events, of a session that was opened (before its first turn), of another
    state, queue or question, of long steps (done, total, what for; total 0 when it is not known),
    and of our own faults in a turn."""

    event: "Callable[[Event], None]"
    opened: "Callable[[Built], None]"
    changed: Callable[[], None]
    progress: Progress
    crashed: Callable[[BaseException], None]


class LiveSession:
    """A session that a person leads. Only tasks of one event loop may use it.

    `built` is what is open; without it `problem` says why, once the state is "failed". The wish
    is made by the first `open`, in a thread, since that loads half of the program.
    """

    def __init__(
        self,
        make_wish: "Callable[[], Wish | BuildProblem]",
        hearing: Hearing,
        connect_model: "Connect | None" = None,
    ) -> None:
        self._make_wish = make_wish
        self._hearing = hearing
        self._connect = connect_model
        self._turn: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._draft = ""
        self._around: int | None = None
        self._aside: list[str] = []
        self._mode: Mode | None = None
        self._granted: tuple[str, tuple[Rule, ...]] = ("", ())
        self.wish: Wish | None = None
        self.built: Built | None = None
        self.problem: BuildProblem | None = None
        self.state: State = "starting"
        self.queue: list[Prompt] = []
        self.questions = Questions(hearing.changed)

    @property
    def info(self) -> "ModelInfo | None":
        """The model that answers."""
        return self.built.info if self.built else None

    @property
    def mode(self) -> "Mode":
        """What goes ahead unasked."""
        if self.built is not None:
            return self.built.kit.policy.mode
        return self._mode or "ask"

    def set_mode(self, mode: "Mode") -> None:
        """The next call is judged by this mode, in a running turn and in sessions opened later."""
        self._mode = mode
        if self.built is not None:
            kit = self.built.kit
            kit.policy = replace(kit.policy, mode=mode)
        self._hearing.changed()

    def grant(self, rule: "Rule") -> None:
        """A rule that holds as long as this session is open, also with another model.

        Other questions that wait and that it covers are answered by it.
        """
        if self.built is None:
            return
        from inhouse.live.session_rules import allows, with_rule

        kit = self.built.kit
        policy = kit.policy = with_rule(kit.policy, rule)
        self._granted = (self.built.session.id, policy.rules)
        self.questions.answer_covered(lambda question: allows(policy, question), BY_RULE)

    async def open(self, resume: "Resume | None" = None) -> bool:
        """Opens a new session, or the one that is to go on, in place of the one that is open.

        False when that cannot be; `problem` says why.
        """
        await self.leave()
        self._set("starting")
        await asyncio.to_thread(_import_all)
        from inhouse.build import BuildProblem

        built = await self._build(resume)
        if isinstance(built, BuildProblem):
            self.problem = built
            self._set("failed")
            return False
        self.built, self.problem = built, None
        self._hearing.opened(built)
        if self._mode is not None:
            self.set_mode(self._mode)
        if self._granted[0] == built.session.id:
            for rule in self._granted[1]:
                self.grant(rule)
        self._set("ready")
        self._send_next()
        return True

    async def _build(self, resume: "Resume | None") -> "Built | BuildProblem":
        from inhouse.build import BuildProblem, build
        from inhouse.connect import connect

        wish = self.wish or await asyncio.to_thread(self._make_wish)
        if isinstance(wish, BuildProblem):
            return wish
        self.wish = wish if resume is None else replace(wish, resume=resume)
        return await build(
            self.wish,
            self._hearing.event,
            self._hearing.progress,
            self.questions.ask,
            self._connect or connect,
        )

    def send(self, text: str, images: Sequence[str] = ()) -> None:
        """Begins a turn with this prompt, or lets it wait for its turn."""
        self.queue.append(Prompt(text, tuple(images)))
        self._hearing.changed()
        self._send_next()

    async def steer(self, text: str) -> None:
        """Says something into the running turn; without one it is a prompt."""
        if self.built is None or self.state != "busy":
            self.send(text)
        else:
            await self.built.kit.steer(text)

    async def interrupt(self) -> None:
        """Ends the running turn now. What waits stays in the queue until something is sent."""
        if self._turn is not None:
            self._turn.cancel()
            await asyncio.wait([self._turn])

    async def run_shell(self, command: str) -> "Output | None":
        """Runs the person's own command; the model hears of it with the next prompt.

        None while no session is open.
        """
        if self.built is None:
            return None
        from inhouse.live.shell import run_own_command

        output, told = await run_own_command(self.built.kit, command)
        self._aside.append(told)
        return output

    async def compact(self, about: str = "") -> "Compacted | NotCompacted | None":
        """Summarises the conversation; None while a turn runs or nothing is open."""
        from inhouse_agent.compaction import compact_history

        done: list[Compacted | NotCompacted] = []

        async def act(built: "Built") -> None:
            done.append(await compact_history(built.kit, built.history, about))

        if not await self._perform(act):
            return None
        return done[0] if done else None

    async def carry_out(self, plan: "Plan") -> bool:
        """Carries a plan out as one change; False while a turn runs or nothing is open."""
        from inhouse_agent.carrying_out import carry_out

        async def act(built: "Built") -> None:
            await carry_out(built.kit, built.history, plan)

        return await self._perform(act)

    @property
    def resume(self) -> "Resume":
        """How the open session goes on; with a new one where nothing was asked in it yet, since an
        unused one is gone as soon as it is left."""
        from inhouse.build import Resume

        if self.built is None:
            return self.wish.resume if self.wish else Resume()
        session = self.built.session
        return Resume() if session.unused else Resume(id=session.id)

    async def switch_model(self, name: str) -> str:
        """Goes on with another model in the same session; else says why the old one stays."""
        wish, built = self.wish, self.built
        if wish is None:
            return ""
        resume = self.resume
        settings = wish.settings.model_copy(update={"model": name})
        self.wish = replace(wish, settings=settings, resume=resume)
        if await self.open():
            return ""
        why = self.problem.text if self.problem else ""
        if built is None:
            return why
        self.wish = replace(wish, resume=resume)
        await self.open()
        return MODEL_STAYS.format(built.info.name, why)

    def read_ahead(self, draft: str) -> None:
        """Has the engine read what is being written, as it stands, while nothing runs.

        Call it with every change: the latest draft is read when the one before has been.
        """
        self._draft = draft
        if self._reading is None and self.built is not None and self.state == "ready":
            self._reading = asyncio.create_task(self._read_drafts(self.built))
            self._reading.add_done_callback(self._report)

    async def _read_drafts(self, built: "Built") -> None:
        from inhouse_agent.ahead import read_draft

        known = ""
        while (draft := self._draft.strip()) and draft != known:
            await asyncio.sleep(DRAFT_PAUSE_SECONDS)
            known = self._draft.strip()
            if known:
                await read_draft(built.kit, built.history, known)
        self._reading = None

    async def count(self, text: str) -> int | None:
        """How many tokens a text takes in a prompt; None while nothing can count."""
        if self.built is None:
            return None
        from inhouse_models.chat import Message, ModelError, Request

        client = self.built.kit.client
        if self._around is None:
            around = await client.count(Request((Message("user", ""),)))
            self._around = None if isinstance(around, ModelError) else around
        tokens = await client.count(Request((Message("user", text),)))
        if self._around is None or isinstance(tokens, ModelError):
            return None
        return max(0, tokens - self._around)

    async def leave(self) -> None:
        """Ends what runs and lets go of the session; what waits stays."""
        await self.interrupt()
        self._stop_reading()
        built, self.built, self._around = self.built, None, None
        self._aside.clear()
        if built is not None:
            await built.close()

    async def close(self) -> None:
        """The end of everything; the session stays on disk."""
        self.queue.clear()
        await self.leave()
        self._set("closed")

    def _send_next(self) -> None:
        if self.state != "ready" or not self.queue:
            return
        prompt = self.queue.pop(0)

        async def act(built: "Built") -> None:
            from inhouse_agent.loop import run_turn

            built.kit.inbox.extend(self._aside)
            self._aside.clear()
            await run_turn(built.kit, built.history, prompt.text, prompt.images)

        self._begin(act)

    def _begin(self, act: "Callable[[Built], Awaitable[None]]") -> "asyncio.Task[None]":
        self._stop_reading()
        self._turn = asyncio.create_task(self._run(act))
        self._turn.add_done_callback(self._report)
        self._set("busy")
        return self._turn

    async def _perform(self, act: "Callable[[Built], Awaitable[None]]") -> bool:
        """Whether it was begun; it is over then. Interrupting it is no failure."""
        if self.state != "ready":
            return False
        turn = self._begin(act)
        await asyncio.wait([turn])
        return True

    async def _run(self, act: "Callable[[Built], Awaitable[None]]") -> None:
        built = self.built
        if built is None:
            return
        interrupted = False
        try:
            await act(built)
        except asyncio.CancelledError:
            interrupted = True
        # What was said at the very end of a turn was not heard any more.
        self.queue[:0] = [Prompt(text) for text in built.kit.inbox]
        built.kit.inbox.clear()
        self._turn = None
        self._set("ready")
        if not interrupted:
            self._send_next()

    def _report(self, turn: "asyncio.Task[None]") -> None:
        fault = None if turn.cancelled() else turn.exception()
        if fault is not None:
            self._hearing.crashed(fault)

    def _stop_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        self._draft = ""

    def _set(self, state: State) -> None:
        self.state = state
        self._hearing.changed()


def _import_all() -> None:
    """Loads what sessions need, which takes longer than a screen may stand still."""
    for name in ("inhouse.build", "inhouse.connect", "inhouse_agent.loop"):
        import_module(name)
