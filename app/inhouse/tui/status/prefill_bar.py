"""The line above the composer: how far the prompt is read, how fast the answer is written."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.widget import Widget

from inhouse.live.spelling import spell_count, spell_seconds
from inhouse.tui.status.fitting import Part, bar, fitting, in_line
from inhouse.tui.status.pace import Pace, Phase
from inhouse.tui.text import join, line

if TYPE_CHECKING:
    from textual.timer import Timer

    from inhouse_agent.events import Event, PrefillProgress

PERIOD: Final = 0.125
# What is over sooner would only flicker.
SHOWN_AFTER: Final = 0.3
WIDE, NARROW = 20, 8
NARROW_BELOW: Final = 60
MUTED: Final = "$text-muted"
RESTING: Final = frozenset[Phase]({"idle", "written"})


class PrefillBar(Widget):
    """Always one line, empty while nothing is read or written, so that nothing jumps.

    Events only change numbers; what is shown follows a few times a second.
    """

    DEFAULT_CSS = """
    PrefillBar {
        height: 1;
        padding: 0 2;
        color: $text-muted;
    }
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.pace = Pace(clock)
        self._timer: Timer | None = None
        self._shown = Content("")
        self._followed: Phase = "idle"

    def on_mount(self) -> None:
        """Begin to look at the figures; asleep until there are some."""
        pause = self.pace.phase in RESTING
        self._timer = self.set_interval(PERIOD, self.refresh_figures, pause=pause)
        self._followed = self.pace.phase

    def take(self, event: "Event") -> None:
        """Follow any event of a turn."""
        self.pace.take(event)
        self._follow()

    def show(self, event: "PrefillProgress") -> None:
        """So much of the prompt is read."""
        self.take(event)

    def load(self, done: int, total: int, what: str) -> None:
        """A long step before the first answer; `total` 0 when it is not known."""
        self.pace.load(done, total, what)
        self._follow()

    def rest(self) -> None:
        """Show nothing."""
        self.pace.rest()
        self._follow()

    def refresh_figures(self) -> None:
        """Show the figures of now, if they are others."""
        content = self._content()
        if not content.is_same(self._shown):
            self._shown = content
            self.refresh()

    def render(self) -> Content:
        """The line for the width that there is now."""
        self._shown = self._content()
        return self._shown

    def _content(self) -> Content:
        return describe_pace(self.pace, self.content_size.width)

    def _follow(self) -> None:
        """Wake the timer, or let it sleep while nothing moves; also called for every event."""
        before, self._followed = self._followed, self.pace.phase
        if self._timer is None:
            return
        if self._followed in RESTING:
            if before != self._followed:
                self._timer.pause()
                self.refresh()
        elif before in RESTING:
            self._timer.resume()


def describe_pace(pace: Pace, width: int) -> Content:
    """What is going on, in one line of at most `width` cells."""
    match pace.phase:
        case "loading":
            parts = _loading(pace, width)
        case "reading" if pace.waiting_for_token:
            parts = [Part(line("writing", "$accent")), Part(_muted(spell_seconds(pace.seconds)), 1)]
        case "reading":
            parts = _reading(pace, width)
        case "thinking" | "writing" | "written":
            parts = _writing(pace)
        case "asked":
            parts = [Part(_muted(f"waiting · {spell_seconds(pace.seconds)}"))]
        case "idle":
            return Content("")
    if pace.seconds < SHOWN_AFTER and pace.phase in ("asked", "reading"):
        return Content("")
    return in_line(fitting(parts, width)).truncate(max(width, 1), ellipsis=True)


def _loading(pace: Pace, width: int) -> list[Part]:
    if not pace.total:
        return [
            Part(line(pace.what, MUTED)),
            Part(_muted(spell_seconds(pace.seconds)), 1),
        ]
    share = pace.done / pace.total
    percent = Part(_muted(f"{share:.0%}".replace("%", " %")))
    return [Part(join(bar(share, _cells(width)), " ", line(pace.what, MUTED)), 1), percent]


def _reading(pace: Pace, width: int) -> list[Part]:
    total = max(pace.total, 1)
    drawn = bar(pace.done / total, _cells(width), before=pace.cached / total)
    unit = " tokens" if width >= NARROW_BELOW else ""
    figures = line(f" {pace.done:,} of {pace.total:,}{unit}", "$foreground")
    parts = [Part(join(drawn, figures))]
    if pace.cached:
        parts.append(Part(_muted(f"{pace.cached:,} cached"), 3))
    if pace.reading_speed > 0:
        parts.append(Part(_muted(f"{pace.reading_speed:,.0f} t/s"), 2))
    left = pace.seconds_left
    if left is not None:
        parts.append(Part(_muted(f"{spell_seconds(max(1.0, left), tenths=False)} left"), 1))
    return parts


def _writing(pace: Pace) -> list[Part]:
    about = "" if pace.exact else "≈ "
    parts = [Part(line("wrote" if pace.phase == "written" else pace.phase, "$accent"))]
    if pace.writing_speed > 0:
        parts.append(Part(_muted(f"{about}{pace.writing_speed:.1f} t/s"), 1))
    if pace.first_token is not None:
        parts.append(Part(_muted(f"first token after {spell_seconds(pace.first_token)}"), 3))
    parts.append(Part(_muted(f"{about}{spell_count(pace.written, 'token')}"), 2))
    return parts


def _cells(width: int) -> int:
    return WIDE if width >= NARROW_BELOW else NARROW


def _muted(text: str) -> Content:
    return line(text, MUTED)
