"""The conversation itself: read a line, act on it, say what happens, until the person leaves."""

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from inhouse.exit_codes import ExitCode
from inhouse.live.live_session import Hearing, LiveSession
from inhouse.plain.asking import (
    AGAIN,
    NO,
    WITH_RULE,
    WITHOUT_RULE,
    Decision,
    describe_question,
    understand,
)
from inhouse.plain.background import Background
from inhouse.plain.printer import Printer

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from inhouse.build import BuildProblem, Built, Connect, Wish
    from inhouse_agent.kit import Question
    from inhouse_agent.rules import Rule

PROMPT, MORE = "> ", "... "
GREETING: Final = "inhouse, in plain lines. /help lists the commands, Ctrl+D ends."
LEAVING: Final = "Press Ctrl+C again to leave. The session is kept."
KEPT: Final = "Session {} is kept; go on with: inhouse --plain -c"
BY_RULE: Final = "rule"


@dataclass(frozen=True, slots=True)
class Person:
    """How lines come from a person: `read` shows its text and gives a line; EOFError is the end,
    KeyboardInterrupt is Ctrl+C."""

    read: Callable[[str], str] = input


def _end_at_once(_number: int, _frame: object) -> None:
    os._exit(ExitCode.INTERRUPTED)


class _LeftError(Exception):
    """The person wants to end the program; never leaves this module."""


class PlainConversation:
    """One session and one person. The session lives in a loop of its own, since reading blocks."""

    def __init__(
        self,
        make_wish: "Callable[[], Wish | BuildProblem]",
        printer: Printer,
        person: Person | None = None,
        connect_model: "Connect | None" = None,
    ) -> None:
        self._printer = printer
        self._person = person or Person()
        # A person who is played is in a process that does more than this.
        self._ours = person is None
        self._changed = asyncio.Event()
        self._make_wish = make_wish
        self._fault: BaseException | None = None
        hearing = Hearing(
            printer.show, self._greet, self._changed.set, printer.step, self._take_fault
        )
        self._live = LiveSession(make_wish, hearing, connect_model)

    def run(self, prompt: str = "") -> ExitCode:
        """Converse until the end. `prompt` is said first. Our own faults are raised."""
        with Background() as background:
            try:
                code = self._converse(background, prompt)
            except (_LeftError, KeyboardInterrupt):
                code = ExitCode.INTERRUPTED
            finally:
                self._leave(background)
        # While Python tidies up, its own handler is gone, and the signal would be the exit code.
        self._hear_interrupts(signal.SIG_IGN)
        return code

    def _leave(self, background: Background) -> None:
        """Say what is kept, which is on disk already, and let go; Ctrl+C ends it at once."""
        self._hear_interrupts(signal.SIG_IGN)
        if self._live.built is not None:
            self._printer.say(KEPT.format(self._live.built.session.id))
        self._hear_interrupts(_end_at_once)
        try:
            background.run(self._live.close())
        except KeyboardInterrupt:
            os._exit(ExitCode.INTERRUPTED)

    def _hear_interrupts(self, handler: Callable[[int, object], None] | signal.Handlers) -> None:
        """What Ctrl+C does from here to the end of the process, if that is ours alone."""
        if self._ours:
            signal.signal(signal.SIGINT, handler)

    def _converse(self, background: Background, prompt: str) -> ExitCode:
        self._printer.say(GREETING)
        try:
            opened = background.run(self._live.open())
        except KeyboardInterrupt:
            raise _LeftError from None
        if not opened:
            problem = self._live.problem
            self._printer.say(problem.text if problem else "")
            return problem.code if problem else ExitCode.FAILED
        if prompt:
            background.call(lambda: self._live.send(prompt))
            background.run(asyncio.sleep(0))
        while True:
            question = self._wait(background)
            if question is not None:
                self._answer(background, question)
                continue
            line = self._read_prompt()
            if line is None or line == "/quit":
                return ExitCode.DONE
            self._act(background, line)

    def _wait(self, background: Background) -> "Question | None":
        """The question that is to be answered, or None when a prompt can be said."""
        interrupted = False
        while True:
            try:
                return background.run(self._next(interrupting=interrupted))
            except KeyboardInterrupt:
                if interrupted:
                    raise _LeftError from None
                interrupted = True

    async def _next(self, *, interrupting: bool) -> "Question | None":
        live = self._live
        if interrupting:
            await live.interrupt()
        while True:
            if self._fault is not None:
                raise self._fault
            if live.questions.current is not None:
                return live.questions.current
            if live.state in ("failed", "closed") or (live.state == "ready" and not live.queue):
                return None
            self._changed.clear()
            await self._changed.wait()

    def _read_prompt(self) -> str | None:
        """What the person says, with its further lines; None at the end of input."""
        lines: list[str] = []
        pressed = False
        while True:
            try:
                line = self._person.read(MORE if lines else PROMPT)
            except EOFError:
                return "\n".join(lines) or None
            except KeyboardInterrupt:
                if pressed:
                    raise _LeftError from None
                pressed = not lines
                lines.clear()
                self._printer.say("\n" + LEAVING if pressed else "")
                continue
            pressed = False
            if line.endswith("\\"):
                lines.append(line[:-1])
                continue
            lines.append(line)
            text = "\n".join(lines).strip()
            if text:
                return text
            lines.clear()

    def _act(self, background: Background, line: str) -> None:
        if line.startswith("!") and line[1:].strip():
            self._do(background, self._run_shell(line[1:].strip()))
        elif line == "/trust":
            self._ask_for_trust(background)
        elif line.startswith("/"):
            name, _, arguments = line[1:].partition(" ")
            self._do(background, self._run_command(name, arguments.strip()))
        else:
            self._do(background, self._send(line))

    def _do(self, background: Background, action: "Coroutine[Any, Any, None]") -> None:
        """Ctrl+C ends what a command does, as it ends a turn."""
        try:
            background.run(action)
        except KeyboardInterrupt:
            background.run(self._live.interrupt())

    def _ask_for_trust(self, background: Background) -> None:
        """Not a command like the others: it reads an answer, which the loop must not wait for."""
        from inhouse.live.obeying import obeying
        from inhouse.plain.trusting import ask_again

        live = self._live
        if live.wish is None:
            return
        try:
            wishes = ask_again(live.wish.root, self._make_wish, self._printer, self._person.read)
        except KeyboardInterrupt:
            return
        if wishes is not None:
            live.wish = obeying(live.wish, *wishes)
            self._do(background, self._open_anew())

    async def _open_anew(self) -> None:
        if not await self._live.open(self._live.resume) and self._live.problem:
            self._printer.say(self._live.problem.text)

    async def _send(self, text: str) -> None:
        self._live.send(text)

    async def _run_shell(self, command: str) -> None:
        output = await self._live.run_shell(command)
        if output is not None and not output.failed:
            self._printer.say(output.text.rstrip("\n"))

    async def _run_command(self, name: str, arguments: str) -> None:
        from inhouse.plain.commands import COMMANDS

        command = COMMANDS.get(name)
        if command is None:
            near = get_close_matches(name, (*COMMANDS, "trust", "quit"), n=1)
            hint = f"Did you mean /{near[0]}?" if near else "/help lists them."
            self._printer.say(f"There is no command /{name}. {hint}")
            return
        await command.run(self._live, self._printer, arguments)

    def _answer(self, background: Background, question: "Question") -> None:
        from inhouse.live.session_rules import rule_for

        built = self._live.built
        rule = rule_for(question, built.kit.policy) if built else None
        self._printer.say(describe_question(question, rule))
        network = question.network is not None
        decision = self._decide(with_rule=rule is not None, network=network)
        if decision is None:
            background.run(self._live.interrupt())
            return
        background.run(self._decided(question, rule, decision))

    def _decide(self, *, with_rule: bool, network: bool) -> Decision | None:
        """What the person says; None when the turn is to end, and no at the end of input."""
        while True:
            try:
                answer = self._person.read(WITH_RULE if with_rule else WITHOUT_RULE)
            except EOFError:
                return NO
            except KeyboardInterrupt:
                self._printer.say()
                return None
            decision = understand(answer, with_rule=with_rule, network=network)
            if decision is not None:
                return decision
            self._printer.say(AGAIN)

    async def _decided(self, question: "Question", rule: "Rule | None", decision: Decision) -> None:
        questions, built = self._live.questions, self._live.built
        if questions.current is question:
            network = question.network if decision.network else None
            questions.answer(allowed=decision.allowed, comment=decision.comment, network=network)
        if rule is None or built is None or not decision.allowed or decision.scope == "once":
            return
        from inhouse.live.kept_rules import keep_rule
        from inhouse.live.session_rules import allows, with_rule

        policy = built.kit.policy = with_rule(built.kit.policy, rule)
        questions.answer_covered(lambda one: allows(policy, one), BY_RULE)
        problem = keep_rule(rule) if decision.scope == "always" else None
        if problem is not None:
            self._printer.say(problem.text)

    def _greet(self, built: "Built") -> None:
        """Which model answers, and where."""
        sandbox = built.kit.workspace.sandbox.label
        self._printer.say(f"{built.info.name} answers in {built.session.root}. {sandbox}")
        for notice in self._live.wish.notices if self._live.wish else ():
            self._printer.say(notice)
        if built.history:
            self._printer.say(f"The session goes on: {built.session.title}")

    def _take_fault(self, fault: BaseException) -> None:
        self._fault = fault
        self._changed.set()
