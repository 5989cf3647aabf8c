"""Says events in plain lines: nothing is rewritten, nothing is told by colour or form alone."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TextIO

from inhouse.output.progress import Detail, Progress
from inhouse.sanitise import sanitise, sanitise_line
from inhouse_agent.events import (
    Answered,
    ChangeProposed,
    Compacted,
    Event,
    MessageAdded,
    Noticed,
    PlanChanged,
    PlanProposed,
    PrefillProgress,
    TextArrived,
    ThinkingArrived,
    ToolEnded,
    ToolStarted,
    TurnEnded,
    TurnStarted,
)

if TYPE_CHECKING:
    from inhouse_agent.plan import Plan

PERSON: Final = "person"
# What takes less long is not worth a line.
SAID_AFTER: Final = 3.0
SAID_AGAIN_AFTER: Final = 15.0


@dataclass(slots=True)
class Printer:
    """Lines for one reader, top to bottom. An answer is said line by line, as it is written.

    `plan` is the last one that was proposed and not carried out.
    """

    out: TextIO
    clock: Callable[[], float] = time.monotonic
    plan: "Plan | None" = None
    _progress: Progress = field(init=False)
    _begun: str = ""
    _streamed: bool = False
    _thinking: bool = False
    _titles: dict[str, str] = field(default_factory=dict[str, str])
    _since: float | None = None
    _said: float = 0.0
    _done: int = 0

    def __post_init__(self) -> None:
        """Ends of calls and sums look as they do in one-shot."""
        self._progress = Progress(self.out, Detail.FULL)

    def say(self, text: str = "") -> None:
        """Lines of anybody's text."""
        self.out.write(sanitise(text) + "\n")
        self.out.flush()

    def step(self, done: int, total: int, what: str) -> None:
        """How far a long step is; said now and then."""
        share = f", {100 * done // total} percent" if total else ""
        self._now_and_then(f"{sanitise_line(what)}{share}", at_once=not total)

    def show(self, event: Event) -> None:
        """Say one event, if it means anything to a person."""
        match event:
            case TurnStarted() | TurnEnded():
                self._turn(event)
            case PrefillProgress() | TextArrived() | ThinkingArrived() | MessageAdded():
                self._words(event)
            case ToolStarted() | ToolEnded() | Answered():
                self._call(event)
            case PlanChanged() | PlanProposed() | ChangeProposed():
                self._planned(event)
            case Noticed(text):
                self.say(f"note: {sanitise_line(text)}")
            case Compacted(before, after):
                self.say(f"summarised: {before:,} tokens became {after:,}")
            case _:
                pass

    def _turn(self, event: TurnStarted | TurnEnded) -> None:
        self._end_line()
        self._since, self._done = None, 0
        self._streamed = self._thinking = False
        if isinstance(event, TurnStarted):
            self._titles.clear()
            return
        from inhouse.output.result import result_of

        if event.ending != "success":
            reason = event.error.text if event.error else event.text
            self.say(f"{event.ending.replace('_', ' ')}: {reason}")
        self._progress.finish(result_of(event, "", structured=False))

    def _words(self, event: PrefillProgress | TextArrived | ThinkingArrived | MessageAdded) -> None:
        match event:
            case PrefillProgress(cached, done, total):
                words = f"reading {done:,} of {total:,} tokens, {cached:,} cached"
                self._now_and_then(words, at_once=False)
            case ThinkingArrived():
                if not self._thinking:
                    self._thinking = True
                    self.say("thinking")
            case TextArrived(text):
                self._stream(text)
            case MessageAdded(message) if message.role == "assistant":
                if not self._streamed and message.text.strip():
                    self.say(message.text.strip("\n"))
                self._end_line()
                self._streamed = self._thinking = False
                self._since = None
            case MessageAdded():
                pass

    def _stream(self, text: str) -> None:
        """Whole lines only, so that none is read out in pieces."""
        if not self._streamed and not (self._begun + text).strip():
            return
        self._streamed = True
        *whole, self._begun = (self._begun + text).split("\n")
        for line in whole:
            self.say(line)

    def _end_line(self) -> None:
        begun, self._begun = self._begun, ""
        if begun.strip():
            self.say(begun)

    def _call(self, event: ToolStarted | ToolEnded | Answered) -> None:
        self._end_line()
        match event:
            case ToolStarted():
                self._titles[event.call_id] = title = sanitise_line(event.title)
                self.say(f"tool: {title}")
            case Answered(call_id, allowed, by, comment):
                if not allowed and by != PERSON:
                    title = self._titles.get(call_id, "a call")
                    self.say(f"denied: {title}: {sanitise_line(comment)}")
            case ToolEnded():
                if event.failed:
                    self.say("failed:")
                self._progress.show(event)

    def _planned(self, event: PlanChanged | PlanProposed | ChangeProposed) -> None:
        self._end_line()
        match event:
            case PlanChanged(steps):
                done = sum(1 for _, state in steps if state == "done")
                doing = [text for text, state in steps if state == "doing"]
                now = f", now: {sanitise_line(doing[0])}" if doing else ""
                self.say(f"plan: {done} of {len(steps)} steps done{now}")
            case PlanProposed(plan):
                from inhouse_agent.plan_text import render_plan

                self.plan = plan
                self.say(render_plan(plan).rstrip("\n"))
                self.say("This plan waits. /carry-out does it; or say what is to be changed.")
            case ChangeProposed(diff, files):
                self.say(f"staged: {len(files):,} files")
                self.say(diff.rstrip("\n"))

    def _now_and_then(self, words: str, *, at_once: bool) -> None:
        now = self.clock()
        if self._since is None:
            self._since, self._said = now, now if not at_once else now - SAID_AGAIN_AFTER
            if not at_once:
                return
        if now - self._since < SAID_AFTER and not at_once:
            return
        if now - self._said >= SAID_AGAIN_AFTER or (self._said == self._since and not at_once):
            self._said = now + 1e-9
            self.say(words)
