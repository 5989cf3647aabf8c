"""/stats: what this session and all sessions of the folder have cost."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from textual.app import ComposeResult
from textual.content import Content
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import Static

from inhouse.live.energy import Energy, read_watts
from inhouse.live.figures import Cost, Figures, sum_of
from inhouse.live.spelling import spell_count, spell_seconds
from inhouse.tui.screens.charts import bars, columns
from inhouse.tui.screens.facts import Fact, FactGroup, as_text, fact_rows
from inhouse.tui.screens.page import Page
from inhouse.tui.text import join, line

ADDING: Final = "Adding up the earlier sessions of this folder…"
NOTHING: Final = "Nothing was asked in this session yet."
MOST_NAMED: Final = 8
LABEL_CELLS: Final = 16


@dataclass(frozen=True, slots=True)
class Statistics:
    """What the page shows: this session, and what gives all of its folder (slow, in a thread)."""

    session: Figures
    read_folder: Callable[[], Sequence[Figures]]
    energy: Energy = field(default_factory=Energy)
    read_watts: Callable[[], Awaitable[float | None]] = read_watts


class StatsScreen(Page):
    """Facts and small charts."""

    heading = "Statistics"

    def __init__(self, statistics: Statistics) -> None:
        super().__init__()
        self._statistics = statistics
        self._folder: Sequence[Figures] | None = None
        self._watts: float | None = None

    def compose_body(self) -> ComposeResult:
        """This session at once, the folder when it is read."""
        yield from self._widgets()

    def on_mount(self) -> None:
        """Read what was before."""
        self.run_worker(self._read())

    async def _read(self) -> None:
        self._watts = await self._statistics.read_watts()
        self._folder = await asyncio.to_thread(self._statistics.read_folder)
        await self.fill(self._widgets())

    def _widgets(self) -> list[Widget]:
        here = self._statistics.session
        if not here.turns:
            shown: list[Widget] = [Static(line(NOTHING), classes="muted")]
        else:
            shown = [*fact_rows([self._here()]), Charts(here)]
        if self._folder is None:
            shown.append(Static(line(ADDING), classes="heading muted"))
            return shown
        everything = sum_of(self._folder)
        if everything.turns:
            shown += [*fact_rows([self._everywhere(everything)]), Charts(everything)]
        return shown

    def _here(self) -> FactGroup:
        figures = self._statistics.session
        facts = facts_of(figures)
        joules = self._statistics.energy.joules
        if joules is not None:
            words = f"{joules / 3600:.2f} Wh by the processor since the start, whoever used it"
            facts.append(Fact("energy", words))
        if self._watts is not None:
            facts.append(Fact("graphics card", f"draws {self._watts:,.0f} W now"))
        return FactGroup("This session", tuple(facts))

    def _everywhere(self, everything: Figures) -> FactGroup:
        sessions = len(self._folder or ())
        heading = f"All sessions of this folder ({sessions:,})"
        return FactGroup(heading, tuple(facts_of(everything)))

    def copied_text(self) -> str:
        """The facts, without charts."""
        groups = [self._here()] if self._statistics.session.turns else []
        if self._folder:
            groups.append(self._everywhere(sum_of(self._folder)))
        return as_text(groups)


def facts_of(figures: Figures) -> list[Fact]:
    """The sums, in words."""
    total = figures.total
    usage = total.usage
    facts = [
        Fact("turns", f"{len(figures.turns):,} with {spell_count(total.answers, 'answer')}"),
        Fact(
            "tokens in",
            f"{usage.input_tokens:,}: {usage.cached_input_tokens:,} cached "
            f"({100 * total.hits:.1f} %), {total.fresh:,} read",
        ),
        Fact("tokens out", f"{usage.output_tokens:,}"),
        Fact("speed", _speed(total)),
        Fact("tools", _tools(total)),
        Fact("files changed", f"{len(total.files):,}"),
    ]
    if total.first_token is not None:
        words = f"after {spell_seconds(total.first_token)} on average"
        facts.insert(4, Fact("first token", words))
    if total.compactions:
        facts.append(Fact("summarised", spell_count(total.compactions, "time")))
    return facts


def _speed(total: Cost) -> str:
    words = [
        f"{what} {speed:,.1f} t/s"
        for what, speed in (("reading", total.reading_speed), ("writing", total.writing_speed))
        if speed > 0
    ]
    return ", ".join(words) or "not known"


def _tools(total: Cost) -> str:
    named = [
        f"{name} {count:,}" + (f" ({total.failed[name]:,} failed)" if total.failed[name] else "")
        for name, count in total.calls.most_common(MOST_NAMED)
    ]
    more = sum(total.calls.values()) - sum(
        count for _, count in total.calls.most_common(MOST_NAMED)
    )
    if more > 0:
        named.append(f"others {more:,}")
    return ", ".join(named) or "none"


class Charts(Static):
    """Tokens and cache hits by turn, and where the time went."""

    DEFAULT_CSS = """
    Charts { height: auto; margin: 1 0 0 0; }
    """

    def __init__(self, figures: Figures) -> None:
        super().__init__()
        self._figures = figures

    def on_resize(self, _event: Resize) -> None:
        """Draw for the new width."""
        self.update(draw_charts(self._figures, self.size.width))


def draw_charts(figures: Figures, width: int) -> Content:
    """The charts for so many cells."""
    turns = [turn for turn in figures.turns if turn.answers]
    room = max(1, width - LABEL_CELLS)
    fresh = [float(turn.fresh) for turn in turns]
    written = [float(turn.usage.output_tokens) for turn in turns]
    hits = [turn.hits for turn in turns]
    rows = [
        join(_label(name), columns(values, room, top, style), _most(name, values, room))
        for name, values, top, style in (
            ("read by turn", fresh, 0.0, "$primary"),
            ("written by turn", written, 0.0, "$accent"),
            ("cached by turn", hits, 1.0, "$foreground"),
        )
    ]
    phases = {name: seconds for name, seconds in figures.total.phases.items() if seconds >= 0.05}
    labels = {name: spell_seconds(seconds) for name, seconds in phases.items()}
    charts = [Content("\n").join(rows)] if len(turns) > 1 else []
    charts += [bars(phases, labels, width)] if phases else []
    return Content("\n\n").join(charts)


def _label(name: str) -> Content:
    return line(f"{name:<{LABEL_CELLS}}", "$text-muted")


def _most(name: str, values: Sequence[float], room: int) -> Content:
    """What the highest column stands for, where there is room behind the chart."""
    if name.startswith("cached") or len(values) > room - 16 or not values:
        return Content("")
    return line(f"  most {max(values):,.0f}", "$text-muted")
