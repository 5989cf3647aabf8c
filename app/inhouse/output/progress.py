"""Progress on standard error: what is read, which tools run, what it cost."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TextIO

from inhouse.output.result import Result
from inhouse.sanitise import sanitise, sanitise_line
from inhouse_agent.events import (
    Answered,
    Compacted,
    Event,
    MessageAdded,
    Noticed,
    PrefillProgress,
    TextArrived,
    ThinkingArrived,
    ToolEnded,
    ToolProgress,
    ToolStarted,
)

DIFF_LINES = 14
TAIL_CHARS = 60
CLEAR_LINE = "\r\x1b[K"
COLOURS = {"+": "\x1b[32m", "-": "\x1b[31m", "@": "\x1b[36m"}
DIM, PLAIN = "\x1b[2m", "\x1b[0m"


class Detail(IntEnum):
    """How much is shown; notices are what was ignored or denied."""

    NOTHING = 0
    NOTICES = 1
    FULL = 2
    VERBOSE = 3


def progress_on(out: TextIO, *, quiet: bool = False, verbose: bool = False) -> "Progress":
    """Every step on a terminal; elsewhere only what was ignored or denied."""
    terminal = out.isatty()
    detail = Detail.FULL if terminal else Detail.NOTICES
    if verbose:
        detail = Detail.VERBOSE
    if quiet:
        detail = Detail.NOTHING
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    live = terminal and not plain
    return Progress(out, detail, live=live, colour=live)


@dataclass(slots=True)
class Progress:
    """Lines for a person who watches.

    `live`: the stream is a terminal, so one line may be rewritten. `colour`: it may be coloured.
    `clock` counts seconds. Verbose shows the output of tools, too.
    """

    out: TextIO
    detail: Detail
    live: bool = False
    colour: bool = False
    clock: Callable[[], float] = time.monotonic
    _status: bool = False
    _reading_since: float | None = None
    _tail: str = ""
    _titles: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def verbose(self) -> bool:
        """Whether everything is shown."""
        return self.detail is Detail.VERBOSE

    def show(self, event: Event) -> None:
        """Show what this event means to a person."""
        if self.detail >= Detail.NOTICES:
            self._show_notice(event)
        if self.detail >= Detail.FULL:
            self._show_step(event)

    def step(self, done: int, total: int, what: str) -> None:
        """Show how far a long step is, in bytes; `total` 0 when that is not known."""
        if self.detail >= Detail.FULL and self.live:
            share = f" {100 * done // total} %" if total else ""
            self._rewrite(sanitise_line(what) + share)

    def end(self) -> None:
        """Take the line that may be rewritten away."""
        if self._status:
            self.out.write(CLEAR_LINE)
            self.out.flush()
            self._status = False

    def _show_notice(self, event: Event) -> None:
        match event:
            case ToolStarted():
                self._titles[event.call_id] = event.title
            case Answered(call_id, False, _, comment):
                title = self._titles.get(call_id, "a call")
                self._print(f"denied: {sanitise_line(title)}: {sanitise_line(comment)}")
            case Noticed(text):
                self._print(f"note: {sanitise_line(text)}")
            case _:
                pass

    def _show_step(self, event: Event) -> None:
        match event:
            case PrefillProgress():
                self._show_reading(event)
            case TextArrived(text):
                self._show_writing("writing", text)
            case ThinkingArrived(text):
                self._show_writing("thinking", text)
            case MessageAdded(message):
                self._tail = ""
                if message.role == "assistant" and message.calls and message.text.strip():
                    self._print(sanitise(message.text.strip()))
            case ToolStarted():
                self._print(f"● {sanitise_line(event.title)}")
            case ToolProgress(_, text) if self.verbose:
                self._print(self._dim(sanitise(text.rstrip("\n"))))
            case ToolEnded():
                self._show_end_of_tool(event)
            case Compacted(before, after):
                self._print(f"summarised: {before:,} tokens became {after:,}")
            case _:
                pass

    def finish(self, result: Result) -> None:
        """One line of figures."""
        self.end()
        if self.detail < Detail.FULL:
            return
        usage, timings = result.usage, result.timings
        figures = [
            f"{result.answers} answer{'' if result.answers == 1 else 's'}",
            f"{usage.input_tokens:,} tokens in ({usage.cached_input_tokens:,} cached)",
            f"{usage.output_tokens:,} out",
        ]
        if timings.write_seconds > 0:
            figures.append(f"{usage.output_tokens / timings.write_seconds:.1f} tokens/s")
        figures.append(f"{result.seconds:.1f} s")
        if result.answers:
            self._print(self._dim(" · ".join(figures)))
        if result.files_changed:
            changed = ", ".join(sanitise_line(path) for path in result.files_changed)
            self._print(f"changed: {changed}")
        if result.session:
            self._print(
                self._dim(f"session {sanitise_line(result.session)}; go on with: inhouse -c")
            )

    def _show_reading(self, event: PrefillProgress) -> None:
        now = self.clock()
        if self._reading_since is None:
            self._reading_since = now
        read, left = event.done - event.cached, event.total - event.done
        words = f"reading {event.done:,} of {event.total:,} tokens ({event.cached:,} cached)"
        seconds = now - self._reading_since
        if left > 0 and read > 0 and seconds > 0:
            words += f", about {max(1, round(left * seconds / read))} s left"
        if left <= 0:
            self._reading_since = None
        if self.live:
            self._rewrite(words)
        elif left <= 0 and self.verbose:
            self._print(words)

    def _show_writing(self, verb: str, text: str) -> None:
        if self.live:
            self._tail = (self._tail + text)[-TAIL_CHARS:]
            self._rewrite(f"{verb}: {' '.join(sanitise(self._tail).split())}")

    def _show_end_of_tool(self, event: ToolEnded) -> None:
        diff = event.show.get("diff")
        if event.failed:
            lines = event.text.strip().splitlines() or ["failed"]
            shown = lines if self.verbose else lines[:3]
            for line in shown:
                self._print(self._paint("-", f"  {sanitise_line(line)}"))
        elif isinstance(diff, str) and diff:
            self._show_diff(diff)
        elif self.verbose:
            for line in event.text.splitlines():
                self._print(self._dim(f"  {sanitise_line(line)}"))

    def _show_diff(self, diff: str) -> None:
        lines = [line for line in diff.splitlines() if not line.startswith(("--- ", "+++ "))]
        for line in lines if self.verbose else lines[:DIFF_LINES]:
            self._print("  " + self._paint(line[:1], sanitise_line(line)))
        if not self.verbose and len(lines) > DIFF_LINES:
            self._print(self._dim(f"  … {len(lines) - DIFF_LINES} more lines"))

    def _print(self, text: str) -> None:
        self.end()
        self.out.write(text + "\n")
        self.out.flush()

    def _rewrite(self, text: str) -> None:
        self.out.write(CLEAR_LINE + self._dim(text[: TAIL_CHARS + 18]))
        self.out.flush()
        self._status = True

    def _paint(self, mark: str, text: str) -> str:
        return f"{COLOURS[mark]}{text}{PLAIN}" if self.colour and mark in COLOURS else text

    def _dim(self, text: str) -> str:
        return f"{DIM}{text}{PLAIN}" if self.colour else text
