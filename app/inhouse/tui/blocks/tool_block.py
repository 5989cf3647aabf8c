"""One call of a tool: what it is, how it stands, what it answered."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final, Literal, Self, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from inhouse.tui.blocks.advice import advice
from inhouse.tui.blocks.block import Block
from inhouse.tui.blocks.result_text import (
    MORE_BY_KEY,
    MOST_UNFOLDED,
    Excerpt,
    ResultText,
    first_lines,
    line_of,
)
from inhouse.tui.blocks.title_line import Title, TitleLine
from inhouse.tui.screens.amounts import duration
from inhouse.tui.text import line
from inhouse_agent.events import Answered, Asked, ToolEnded, ToolStarted
from inhouse_agent.history import CANCELLED

if TYPE_CHECKING:
    from textual.timer import Timer

AnyToolBlock = TypeVar("AnyToolBlock", bound="ToolBlock")
State = Literal["running", "waiting", "done", "failed", "denied", "interrupted"]
Clock = Callable[[], float]

DOTS: Final[dict[State, str]] = {
    "running": "$accent 60%",
    "waiting": "$accent",
    "done": "$success",
    "failed": "$error",
    "denied": "$warning",
    "interrupted": "$warning",
}
WORDS: Final[dict[State, tuple[str, str]]] = {
    "waiting": ("waiting for you", "$text-accent"),
    "failed": ("failed", "$text-error"),
    "denied": ("denied", "$text-warning"),
    "interrupted": ("interrupted", "$text-warning"),
}
FAILURE_LINES: Final = 4
WORTH_SAYING: Final = 0.1
"""Seconds from which on it is said how long something took."""
_DENIED: Final = re.compile(r"Denied: (.*?)\. Do not try another way to the same end\.", re.S)
_HANDLE: Final = re.compile(r"\b(?:Read|read) (out-[1-9][0-9]{0,8})\b")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a call stands in its block; `since` is of the block's clock."""

    asked: Asked | None
    answer: Answered | None
    ended: ToolEnded | None
    since: float
    folded: bool


class ToolBlock(Block):
    """A call from its start to its end. Kinds of calls say more than this in their own way."""

    DEFAULT_CSS = """
    ToolBlock > .tool--advice { margin: 0 0 0 2; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+o", "full_output", "Full output"),
    ]
    folded: reactive[bool] = reactive(default=True)
    folded_lines: ClassVar[int] = 8
    """So many lines of the result are shown while it is folded."""

    @dataclass
    class FullOutput(Message):
        """The person wants to see all of it. `kept` names the handle under which the session keeps
        more than the text, if any; `at_end`: its last lines tell most."""

        title: str
        text: str
        kept: str = ""
        at_end: bool = False

    def __init__(self, started: ToolStarted, *, clock: Clock = time.monotonic) -> None:
        super().__init__()
        self.started = started
        self.asked: Asked | None = None
        self.answer: Answered | None = None
        self.ended: ToolEnded | None = None
        self.clock = clock
        self._since = clock()
        self.drawable = False
        self._ticking: Timer | None = None
        self._title_line = TitleLine(self._title())
        self.result = ResultText()
        self._advice = Static(markup=False, classes="tool--advice")

    @property
    def state(self) -> State:
        """How the call stands."""
        if self.ended is None:
            return "waiting" if self.asked and not self.answer else "running"
        if self.answer is not None and not self.answer.allowed:
            return "denied"
        if not self.ended.failed:
            return "done"
        if self.ended.text == CANCELLED:
            return "interrupted"
        return "denied" if _DENIED.match(self.ended.text) else "failed"

    @property
    def finished(self) -> bool:
        """Whether the call has ended."""
        return self.ended is not None

    def compose(self) -> ComposeResult:
        """The title, and what is below it."""
        yield self._title_line
        yield from self.compose_body()
        yield self._advice

    def compose_body(self) -> ComposeResult:
        """What stands between the title and what to do next."""
        yield self.result

    def on_mount(self) -> None:
        """Show how it stands."""
        self.drawable = True
        self.draw()
        if self.ended is None:
            self._ticking = self.set_interval(1, self._draw_title)

    def progress(self, text: str) -> None:
        """What a running call has written next."""

    def wait(self, asked: Asked) -> None:
        """The call waits for the person."""
        self.asked, self.answer = asked, None
        self.draw()

    def answered(self, event: Answered) -> None:
        """The person has answered."""
        self.answer = event
        self._since = self.clock()
        self.draw()

    def end(self, event: ToolEnded) -> None:
        """The call has answered."""
        self.ended = event
        if self._ticking is not None:
            self._ticking.stop()
        self.draw()

    def recipe(self) -> "Callable[[], Self]":
        """The call and how it stands."""
        standing = Standing(self.asked, self.answer, self.ended, self._since, self.folded)
        return partial(_made_like, self.blank(), standing)

    def blank(self) -> "Callable[[], Self]":
        """How to make a block for the call as if it had just started."""
        return partial(type(self), self.started, clock=self.clock)

    def stand(self, standing: Standing) -> None:
        """Be like another block for the call; only before it is mounted."""
        self.asked, self.answer, self.ended = standing.asked, standing.answer, standing.ended
        self._since = standing.since
        self.set_reactive(ToolBlock.folded, standing.folded)

    def copied_text(self) -> str:
        """What was answered, else what was called."""
        return self.ended.text if self.ended else self.started.title

    def action_full_output(self) -> None:
        """Ask for the screen that shows all of it."""
        text = self.full_text()
        kept = _HANDLE.search(self.ended.text) if self.ended else None
        if text.strip():
            at_end = self.started.name == "bash"
            handle = kept[1] if kept else ""
            self.post_message(self.FullOutput(self.started.title, text, handle, at_end))

    def full_text(self) -> str:
        """Everything that the call has written, as far as it is known here."""
        return self.ended.text if self.ended else ""

    def described(self) -> tuple[str, str]:
        """The name of the call, and what it is about."""
        name, _, rest = self.started.title.partition(" ")
        return name, rest

    def figures(self) -> tuple[Content, ...]:
        """What is to be said of it in numbers, once it is done."""
        return ()

    def draw(self) -> None:
        """Show everything anew."""
        if not self.drawable:
            return
        self._draw_title()
        self.draw_body()
        hint = advice(self.ended) if self.ended is not None and self.state == "failed" else ""
        self._advice.display = bool(hint)
        self._advice.update(line(hint))

    def draw_body(self) -> None:
        """Show what was answered."""
        # Why something went wrong is short, and worth being read to its end.
        self.result.show(self.excerpt(), cut=self.folded and self.state == "done")

    def watch_folded(self) -> None:
        """Show more or less of it."""
        self.draw()

    def on_title_line_pressed(self, event: TitleLine.Pressed) -> None:
        """Fold or unfold."""
        event.stop()
        self.action_fold()

    def reason(self) -> str:
        """Why it was denied, in the words of the one who did; empty when nothing was said."""
        if self.answer is not None and not self.answer.allowed:
            return self.answer.comment
        match = _DENIED.match(self.ended.text) if self.ended else None
        return match[1] if match else ""

    def _draw_title(self) -> None:
        self._title_line.title = self._title()

    def _title(self) -> Title:
        state = self.state
        name, rest = self.described()
        return Title(DOTS[state], name, rest, self._all_figures(state))

    def _all_figures(self, state: State) -> tuple[Content, ...]:
        figures: list[Content] = []
        if self.ended is not None:
            figures += self.figures()
        if state in WORDS and not (state == "failed" and figures):
            figures.append(line(*WORDS[state]))
        if state == "running":
            figures.append(line(self._running_words(), "$text-muted"))
        elif self.ended is not None and self.ended.seconds >= WORTH_SAYING:
            figures.append(line(duration(self.ended.seconds), "$text-muted"))
        return tuple(figures)

    def _running_words(self) -> str:
        seconds = int(self.clock() - self._since)
        if seconds < 1:
            return "running"
        shown = f"{seconds} s" if seconds < 60 else duration(seconds)
        return f"running {shown}"

    def excerpt(self) -> Excerpt:
        """The beginning of the answer; of a failed call at least the first lines."""
        if self.ended is None or self.state == "interrupted":
            return Excerpt()
        if self.state == "denied":
            reason = self.reason()
            return Excerpt([line_of(reason, "$text-warning")] if reason else [])
        least = FAILURE_LINES if self.state == "failed" else self.folded_lines
        count = least if self.folded else MOST_UNFOLDED
        if not count:
            return Excerpt()
        return first_lines(self.ended.text, count, hint="" if self.folded else MORE_BY_KEY)


def _made_like(make: Callable[[], AnyToolBlock], standing: Standing) -> AnyToolBlock:
    block = make()
    block.stand(standing)
    return block
