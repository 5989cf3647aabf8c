"""A command: its last lines while it runs and after it, exit code, time."""

import time
from collections.abc import Callable
from functools import partial
from typing import Final, Self, TypeVar

from textual.content import Content

from inhouse.tui.blocks.arguments import arguments_of, text_of
from inhouse.tui.blocks.result_text import MORE_BY_KEY, MOST_UNFOLDED, Excerpt, line_of
from inhouse.tui.blocks.tool_block import Clock, ToolBlock
from inhouse.tui.output.tail import Tail
from inhouse.tui.text import line
from inhouse_agent.events import ToolEnded, ToolStarted

ENDINGS: Final = ("[exit code ", "[ended by signal ", "[stopped: ")


AnyCommandBlock = TypeVar("AnyCommandBlock", bound="CommandBlock")


class CommandBlock(ToolBlock):
    """A call of bash, or a command of the person's own."""

    def __init__(self, started: ToolStarted, *, clock: Clock = time.monotonic) -> None:
        super().__init__(started, clock=clock)
        self._tail = Tail()
        self._command = command_of(started)

    def recipe(self) -> "Callable[[], Self]":
        """The same with what was written."""
        return partial(_with_tail, super().recipe(), self._tail)

    def keep(self, tail: Tail) -> None:
        """Show this as what was written; only before it is mounted."""
        self._tail = tail

    def progress(self, text: str) -> None:
        """Show the last lines."""
        self._tail.add(text)
        if self.drawable:
            self.draw_body()

    def end(self, event: ToolEnded) -> None:
        """From now on the answer says all; live output stays when it is the same, as it may have
        colours, or when it is more."""
        super().end(event)
        more = event.show.get("cut") or self.state == "interrupted"
        if not more and self._tail.text.strip("\n") != self._written:
            self._tail = Tail()
            self.draw()

    def figures(self) -> tuple[Content, ...]:
        """How it ended, when it did not end well."""
        code = self.ended.show.get("exit_code") if self.ended else None
        if not isinstance(code, int) or code == 0 or self.state != "failed":
            return ()
        if self._ending.startswith("[stopped: it ran"):
            return (line("out of time", "$text-error"),)
        if self._ending.startswith("[stopped: it wrote"):
            return (line("too much output", "$text-error"),)
        return (line(f"signal {-code}" if code < 0 else f"exit {code}", "$text-error"),)

    def copied_text(self) -> str:
        """The command and what it wrote."""
        return f"$ {self._command}\n{self.full_text()}".rstrip()

    def full_text(self) -> str:
        """What it wrote, as far as it is kept here."""
        if self.ended is None or (self.ended.show.get("cut") and self._tail.count):
            return self._tail.text
        return self._written

    def draw_body(self) -> None:
        """The last lines; unfolded also the whole command, where the title has no room for it."""
        if self.state == "denied":
            super().draw_body()
            return
        excerpt = self._last_lines()
        if not self.folded and not self.started.title.endswith(self._command):
            command = [line_of(one, "bold") for one in self._command.split("\n")]
            excerpt = Excerpt([*command, *excerpt.lines], 0, excerpt.above, excerpt.hint)
        self.result.show(excerpt, cut=self.folded)

    @property
    def _ending(self) -> str:
        """The last line of the answer when it says how the command ended."""
        last = self.ended.text.rpartition("\n")[2] if self.ended else ""
        return last if last.startswith(ENDINGS) else ""

    @property
    def _written(self) -> str:
        """The answer without how the command ended."""
        if self.ended is None or self.state == "interrupted":
            return ""
        return self.ended.text.removesuffix(self._ending).strip("\n")

    def _last_lines(self) -> Excerpt:
        count = self.folded_lines if self.folded else MOST_UNFOLDED
        hint = "" if self.folded else MORE_BY_KEY
        if self._tail.count:
            total = self._tail.count
            count = total if total <= count + 1 else count
            shown = self._tail.last(count)
            return Excerpt(shown, total - len(shown), hint=hint)
        written = self._written.split("\n") if self._written else []
        count = len(written) if len(written) <= count + 1 else count
        shown = [line_of(one) for one in written[len(written) - count :]]
        return Excerpt(shown, len(written) - len(shown), hint=hint)


def command_of(started: ToolStarted) -> str:
    """The command as it is written in the arguments, else as the title has it."""
    return text_of(arguments_of(started), "command") or started.title.partition(" ")[2]


def _with_tail(make: Callable[[], AnyCommandBlock], tail: Tail) -> AnyCommandBlock:
    block = make()
    block.keep(tail)
    return block
