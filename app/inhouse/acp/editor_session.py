"""One session that an editor leads: prompts in, updates out, in the order of what happens."""

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from acp import RequestError, helpers
from acp.schema import PromptResponse, SessionInfoUpdate, StopReason, Usage, UsageUpdate

from inhouse.acp.asking import ALWAYS, ONCE, ask_editor
from inhouse.acp.choices import CHOICES_OF_THINKING, MODEL, THINKING, ConfigOption, options_with
from inhouse.acp.commands import offered_commands, run_command
from inhouse.acp.open_files import EditorFiles
from inhouse.acp.terminals import EditorTerminals
from inhouse.acp.updates import Update, Updates
from inhouse.live.live_session import Hearing, LiveSession
from inhouse.live.session_rules import rule_for
from inhouse.tui.replay import whole_events
from inhouse_agent.events import (
    Event,
    PlanProposed,
    PrefillProgress,
    TurnEnded,
    TurnStarted,
    UsageReported,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from acp.interfaces import Client
    from acp.schema import ClientCapabilities

    from inhouse.acp.content import EditorPrompt
    from inhouse.build import BuildProblem, Built, Connect, Resume, Wish
    from inhouse_agent.kit import Answer, Question
    from inhouse_agent.plan import Plan

REASONS: Final[dict[str, StopReason]] = {"interrupted": "cancelled", "limit": "max_turn_requests"}
NO_SERVERS: Final = "MCP servers cannot be used yet and are left out: {}.\n"
PREFILL: Final = "inhouse/prefill"
"""Notification of ours: {sessionId, cached, done, total}, in tokens."""


@dataclass(frozen=True, slots=True)
class Notification:
    """What is told beside the updates, under a name of ours."""

    method: str
    params: dict[str, object]


Told = Update | UsageUpdate | SessionInfoUpdate | Notification


class EditorSession:
    """Holds a `LiveSession`, and sends what happens in it in order by a task of its own."""

    def __init__(
        self,
        client: "Client",
        root: Path,
        make_wish: "Callable[[], Wish | BuildProblem]",
        can: "ClientCapabilities",
        connect_model: "Connect | None" = None,
    ) -> None:
        self._client = client
        self._can = can
        self._terminals: EditorTerminals | None = None
        self._root = root
        self._updates = Updates(root)
        self._outbox: asyncio.Queue[Told] = asyncio.Queue()
        self._waiting: deque[asyncio.Future[TurnEnded]] = deque()
        self._plan: Plan | None = None
        self._quiet = False
        self._sending = asyncio.create_task(self._send_all())
        self._idle = asyncio.Event()
        self._cancelled = False
        self._title = ""
        hearing = Hearing(self._take, self._take_over, self._changed, _ignore_step, self._fail)
        self.live = LiveSession(make_wish, hearing, connect_model)

    @property
    def id(self) -> str:
        """The id of the session, which is the same in the terminal UI."""
        return self._built.session.id

    @property
    def _built(self) -> "Built":
        if self.live.built is None:
            raise RequestError(-32603, "The session is not open.")
        return self.live.built

    async def open(self, resume: "Resume | None" = None, *, showing: bool = False) -> None:
        """Opens a new session or one that goes on, and with `showing` all that happened in it.

        Raises RequestError with a sentence for the person.
        """
        self._quiet = True
        opened = await self.live.open(resume)
        self._quiet = False
        if not opened:
            problem = self.live.problem
            await self.close()
            raise RequestError(-32603, problem.text if problem else "It cannot be opened.")
        if showing:
            past = Updates(self._root)
            for event in whole_events(self._built.session.events()):
                for update in past.of_past(event):
                    self._outbox.put_nowait(update)
            await self._outbox.join()

    def introduce(self, servers: "Sequence[str]" = ()) -> None:
        """Tells what the session offers, and what of the editor's wishes it cannot have."""
        commands = helpers.update_available_commands(offered_commands())
        self._outbox.put_nowait(cast("Update", commands))
        for notice in self.live.wish.notices if self.live.wish else ():
            self._outbox.put_nowait(helpers.update_agent_thought_text(f"{notice}\n"))
        if servers:
            text = NO_SERVERS.format(", ".join(servers))
            self._outbox.put_nowait(helpers.update_agent_thought_text(text))

    async def prompt(self, prompt: "EditorPrompt") -> PromptResponse:
        """A whole turn, or a command; it is answered when everything of it was told."""
        for refused in prompt.refused:
            self._say(f"{refused}\n")
        self._cancelled = False
        said = await run_command(self.live, prompt.text, self._plan)
        if said is not None:
            self._say(said)
            await self._outbox.join()
            return PromptResponse(stop_reason="cancelled" if self._cancelled else "end_turn")
        if not prompt.text and not prompt.images:
            raise RequestError.invalid_params({"details": "The prompt is empty."})
        ended = await self._turn(prompt)
        self._tell_title()
        await self._outbox.join()
        return response_of(ended)

    async def _turn(self, prompt: "EditorPrompt") -> TurnEnded:
        future: asyncio.Future[TurnEnded] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        self.live.send(prompt.text, prompt.images)
        try:
            ended = await future
            # What a turn does at its very end, such as recording it for undo, is waited for.
            while self.live.state == "busy" and not self._waiting:
                await self._idle.wait()
            return ended
        finally:
            if future in self._waiting:
                self._waiting.remove(future)

    async def cancel(self) -> None:
        """Ends the running turn at the next token, and those that wait."""
        self._cancelled = True
        self.live.queue.clear()
        await self.live.interrupt()
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(_cancelled())

    async def choose(self, option: str, value: str) -> list[ConfigOption]:
        """Takes what the person chose; gives all options as they stand then."""
        if option == MODEL:
            self._quiet = True
            problem = await self.live.switch_model(value)
            self._quiet = False
            if problem:
                raise RequestError(-32603, problem)
        elif option == THINKING and value in CHOICES_OF_THINKING:
            think = CHOICES_OF_THINKING[value]
            self._built.kit.options = replace(self._built.kit.options, think=think)
        else:
            raise RequestError.invalid_params({"details": f"There is no {option} {value}."})
        return self.options()

    def options(self) -> list[ConfigOption]:
        """What can be chosen, and what holds."""
        return options_with(self._built.info.name, self._built.kit.options.think)

    async def close(self, *, for_good: bool = False) -> None:
        """Ends what runs; the session stays on disk. `for_good`: unless nothing was said in it."""
        if for_good and self.live.built is not None:
            self.live.built.session.promised = False
        await self.cancel()
        await self.live.close()
        if self._terminals is not None:
            await self._terminals.close()
        self._sending.cancel()
        await asyncio.wait([self._sending])
        # Whoever waits until all is told goes on: nobody listens any more.
        while not self._outbox.empty():
            self._outbox.get_nowait()
            self._outbox.task_done()

    def _take_over(self, built: "Built") -> None:
        """From now on the editor asks the person, its open files count, and it knows the id."""
        built.kit.ask = self._ask
        built.session.promised = True
        identifier = built.session.id
        if self._can.fs is not None:
            built.kit.open_files = EditorFiles(self._client, identifier, self._can.fs)
        if self._can.terminal:
            self._terminals = EditorTerminals(self._client, identifier, self._root, self._embed)
            built.kit.terminals = self._terminals

    def _embed(self, call_id: str, terminal: str) -> None:
        self._outbox.put_nowait(self._updates.embed(call_id, terminal))

    async def _ask(self, question: "Question") -> "Answer":
        kit = self._built.kit
        rule = rule_for(question, kit.policy)
        await self._outbox.join()
        answer, reach = await ask_editor(self._client, self.id, question, rule, self._root)
        if answer.allowed and rule is not None and reach != ONCE:
            self.live.grant(rule)
        if answer.allowed and rule is not None and reach == ALWAYS:
            from inhouse.live.kept_rules import keep_rule

            problem = await asyncio.to_thread(keep_rule, rule)
            if problem is not None:
                self._say(f"{problem.text}\n")
        return answer

    def _take(self, event: Event) -> None:
        """Everything that happens, in its order."""
        match event:
            case TurnEnded():
                self._end(event)
            case PlanProposed(plan):
                self._plan = plan
            case TurnStarted():
                self._plan = None
            case PrefillProgress(cached, done, total):
                params: dict[str, object] = {"cached": cached, "done": done, "total": total}
                self._outbox.put_nowait(Notification(PREFILL, {"sessionId": self.id, **params}))
            case UsageReported(usage):
                self._outbox.put_nowait(
                    UsageUpdate(
                        session_update="usage_update",
                        used=usage.input_tokens + usage.output_tokens,
                        size=self._built.info.context_size,
                    )
                )
            case _:
                pass
        if not self._quiet:
            for update in self._updates.of(event):
                self._outbox.put_nowait(update)

    def _end(self, event: TurnEnded) -> None:
        if event.ending not in ("success", "interrupted"):
            self._say(f"\n\n{event.error.text if event.error else event.text}\n")
        if self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(event)

    def _changed(self) -> None:
        if self.live.state == "busy":
            self._idle.clear()
        else:
            self._idle.set()

    def _tell_title(self) -> None:
        """What the session is called is known from its first turn on."""
        title = self.live.built.session.title if self.live.built else self._title
        if title == self._title:
            return
        self._title = title
        now = datetime.now(UTC).isoformat()
        self._outbox.put_nowait(
            SessionInfoUpdate(session_update="session_info_update", title=title, updated_at=now)
        )

    def _say(self, text: str) -> None:
        self._outbox.put_nowait(helpers.update_agent_message_text(text))

    def _fail(self, fault: BaseException) -> None:
        from inhouse.live.crash_report import tell_crash

        told = tell_crash(fault, "editor session")
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_exception(RequestError(-32603, told))

    async def _send_all(self) -> None:
        while True:
            item = await self._outbox.get()
            try:
                if isinstance(item, Notification):
                    await self._client.ext_notification(item.method, item.params)
                else:
                    await self._client.session_update(self.id, item)
            except ConnectionError:
                # The editor is gone; the end of its input ends this program.
                pass
            finally:
                self._outbox.task_done()


def response_of(ended: TurnEnded) -> PromptResponse:
    """How a turn ended, in the words of the protocol."""
    usage = ended.usage
    return PromptResponse(
        stop_reason=REASONS.get(ended.ending, "end_turn"),
        usage=Usage(
            total_tokens=usage.input_tokens + usage.output_tokens,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cached_read_tokens=usage.cached_input_tokens,
        ),
    )


def _cancelled() -> TurnEnded:
    from inhouse_models.chat import Timings
    from inhouse_models.chat import Usage as TurnUsage

    return TurnEnded("interrupted", "", 0, TurnUsage(), Timings(), 0.0)


def _ignore_step(_done: int, _total: int, _what: str) -> None:
    """An editor has no place for it."""
