"""The line above the composer: figures of reading and writing, and nothing that jumps."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from inhouse.tui.status.pace import Pace
from inhouse.tui.status.prefill_bar import PrefillBar, describe_pace
from inhouse.tui.status.speed import Speed
from inhouse.tui.themes import register_themes
from inhouse_agent.events import (
    Event,
    MessageAdded,
    PrefillProgress,
    TextArrived,
    ThinkingArrived,
    ToolStarted,
    TurnEnded,
    TurnStarted,
    UsageReported,
)
from inhouse_models.chat import Message, Timings, Usage

WIDTHS = (60, 100, 160)
STARTED = TurnStarted("Fix it", "ask", "scripted")
ENDED = TurnEnded("success", "Done.", 1, Usage(), Timings(), 1.0)


@dataclass(slots=True)
class Clock:
    """Seconds that pass only when a test says so."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def reading(clock: Clock) -> Pace:
    """800 of 3,300 tokens were known, and 440 were read in four seconds."""
    pace = Pace(clock)
    pace.take(STARTED)
    for done in (800, 910, 1020, 1130, 1240):
        pace.take(PrefillProgress(800, done, 3300))
        clock.now += 1
    clock.now -= 1
    return pace


def writing(clock: Clock) -> Pace:
    pace = Pace(clock)
    pace.take(STARTED)
    pace.take(PrefillProgress(0, 0, 300))
    clock.now += 1.8
    pace.take(PrefillProgress(0, 300, 300))
    pace.take(TextArrived("So"))
    for _ in range(123):
        clock.now += 0.1
        pace.take(TextArrived(" far"))
    return pace


def loading(clock: Clock) -> Pace:
    pace = Pace(clock)
    pace.load(430, 1000, "loading qwen2.5-coder")
    clock.now += 1
    return pace


def thinking(clock: Clock) -> Pace:
    pace = Pace(clock)
    pace.take(STARTED)
    clock.now += 0.5
    pace.take(ThinkingArrived("Let me see."))
    clock.now += 2
    pace.take(ThinkingArrived(" There."))
    return pace


def written(clock: Clock) -> Pace:
    pace = writing(clock)
    pace.take(UsageReported(Usage(300, 0, 214), Timings(0.2, 1.6, 17.4)))
    return pace


STATES: dict[str, Callable[[Clock], Pace]] = {
    "loading": loading,
    "reading": reading,
    "thinking": thinking,
    "writing": writing,
    "written": written,
    "idle": Pace,
}


def said(pace: Pace, width: int = 100) -> str:
    content = describe_pace(pace, width)
    assert content.cell_length <= width
    return content.plain


def test_reading_tells_tokens_speed_and_time_left() -> None:
    drawn, _, words = said(reading(Clock())).partition(" ")
    assert words == "1,240 of 3,300 tokens · 800 cached · 110 t/s · 19 s left"
    assert drawn == "━" * 8 + "─" * 12


def test_a_narrow_line_leaves_out_what_matters_least() -> None:
    pace = reading(Clock())
    assert said(pace, 60).endswith("1,240 of 3,300 tokens · 19 s left")
    assert said(pace, 40) == "━━━───── 1,240 of 3,300 · 19 s left"
    assert said(pace, 20).endswith("…")


def test_the_time_left_passes_between_events() -> None:
    clock = Clock()
    pace = reading(clock)
    clock.now += 5
    assert said(pace).endswith("14 s left")
    clock.now += 500
    assert said(pace).endswith("1 s left")


def test_quick_reading_is_not_shown() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.take(PrefillProgress(0, 0, 900))
    clock.now += 0.2
    pace.take(PrefillProgress(0, 450, 900))
    assert said(pace) == ""
    clock.now += 0.2
    assert said(pace).endswith("450 of 900 tokens · 2,250 t/s · 1 s left")


def test_a_fast_stretch_changes_the_speed_only_little_by_little() -> None:
    speed = Speed()
    for second in range(11):
        speed.note(100 * second, float(second))
    assert speed.per_second == pytest.approx(100)
    speed.note(1500, 11.0)
    assert 150 < speed.per_second < 250


def test_writing_tells_speed_and_first_token() -> None:
    words = "writing · ≈ 10.0 t/s · first token after 1.8 s · ≈ 124 tokens"
    assert said(writing(Clock())) == words
    assert said(writing(Clock()), 50) == "writing · ≈ 10.0 t/s · ≈ 124 tokens"


def test_the_engines_own_figures_replace_what_was_watched() -> None:
    assert said(written(Clock())) == "wrote · 12.3 t/s · first token after 1.8 s · 214 tokens"


def test_thinking_is_told_from_writing() -> None:
    clock = Clock()
    pace = thinking(clock)
    assert said(pace).startswith("thinking · ")
    pace.take(TextArrived("Here"))
    assert said(pace).startswith("writing · ")
    assert pace.first_token == pytest.approx(0.5)


def test_after_the_prompt_is_read_writing_has_begun() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.take(PrefillProgress(0, 0, 10))
    pace.take(PrefillProgress(0, 10, 10))
    clock.now += 2.5
    assert said(pace) == "writing · 2.5 s"


def test_a_long_wait_for_the_engine_is_said() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.take(STARTED)
    assert said(pace) == ""
    clock.now += 64
    assert said(pace) == "waiting · 1 min 04 s"


def test_loading_tells_how_much() -> None:
    assert said(loading(Clock())) == "━" * 9 + "─" * 11 + " loading qwen2.5-coder · 43 %"
    clock = Clock()
    pace = Pace(clock)
    pace.load(0, 0, "loading the \x1b[31mmodel")
    clock.now += 3
    assert said(pace) == "loading the \\x1b[31mmodel · 3.0 s"


@pytest.mark.parametrize("event", [ENDED, ToolStarted("1", "bash", "bash ls", "{}")])
def test_it_rests_while_nothing_is_asked(event: Event) -> None:
    pace = writing(Clock())
    pace.take(event)
    assert said(pace) == ""


def test_each_answer_has_its_own_first_token() -> None:
    clock = Clock()
    pace = writing(clock)
    pace.take(ToolStarted("1", "bash", "bash ls", "{}"))
    clock.now += 30
    pace.take(MessageAdded(Message("tool", "x", answers="1")))
    clock.now += 0.7
    pace.take(TextArrived("Now"))
    assert pace.first_token == pytest.approx(0.7)


class Shown(App[None]):
    """The bar between a conversation and a composer."""

    CSS = "Static { height: 1fr; } #below { height: 1; background: $surface; }"

    def __init__(self, state: Callable[[Clock], Pace]) -> None:
        super().__init__()
        self.clock = Clock()
        self.state = state

    def compose(self) -> ComposeResult:
        yield Static("conversation")
        bar = PrefillBar(self.clock)
        bar.pace = self.state(self.clock)
        yield bar
        yield Static("composer", id="below")


@pytest.mark.parametrize("state", STATES)
def test_how_each_state_looks(state: str, snapshot: Callable[[App[Any], str], None]) -> None:
    async def show() -> None:
        app = Shown(STATES[state])
        register_themes(app)
        async with app.run_test(size=(WIDTHS[0], 4)) as pilot:
            for width in WIDTHS:
                app.theme = "paper" if width == 100 and state == "reading" else "ink"
                await pilot.resize_terminal(width, 4)
                await pilot.pause()
                snapshot(pilot.app, f"status/bar-{state}-{width}")

    asyncio.run(show())


def test_nothing_jumps_when_reading_begins_and_ends() -> None:
    async def show() -> None:
        app = Shown(Pace)
        async with app.run_test(size=(60, 4)) as pilot:
            bar, below = app.query_one(PrefillBar), app.query_one("#below")
            place = below.region
            bar.take(STARTED)
            bar.show(PrefillProgress(0, 10, 900))
            app.clock.now += 1
            bar.refresh_figures()
            await pilot.pause()
            assert "10 of 900" in str(bar.render())
            assert below.region == place
            bar.take(ENDED)
            await pilot.pause()
            assert str(bar.render()) == ""
            assert below.region == place

    asyncio.run(show())
