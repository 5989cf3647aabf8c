"""Pictures of the whole screen in each of its states, wide and narrow, dark and light."""

import asyncio
import subprocess
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from tests.tui.conftest import Snapshot
from tests.tui.whole_app import Stage, make_folder, running

from inhouse_agent.events import (
    Event,
    MessageAdded,
    PlanChanged,
    PlanProposed,
    PrefillProgress,
    TextArrived,
    ThinkingArrived,
    ToolEnded,
    ToolStarted,
    TurnEnded,
    TurnStarted,
    UsageReported,
)
from inhouse_agent.kit import Question
from inhouse_agent.plan import Plan, PlanStep
from inhouse_models.chat import Message, ModelError, Timings, Usage
from inhouse_models.scripted import ScriptedModel
from inhouse_tools.sandbox import Sandbox
from inhouse_tools.tool import Access

DIFF = """--- a/cart.py
+++ b/cart.py
@@ -4,2 +4,2 @@
 def total(items):
-    return sum(item.price for item in items)
+    return sum(item.price * item.count for item in items)
"""
ANSWER = """`total` now counts **how many** of each item are in the cart:

```python
def total(items):
    return sum(item.price * item.count for item in items)
```

- prices are multiplied by counts
- an empty cart still costs 0
"""
USAGE = Usage(4_210, 3_890, 312)
TIMINGS = Timings(0.0, 1.1, 9.7)
BEGUN = (TurnStarted("The total of a cart ignores counts. Fix it.", "ask", "scripted"),)
EDITED: Sequence[Event] = (
    *BEGUN,
    ThinkingArrived("The prices are summed up without the counts. One line has to change."),
    ToolStarted("1", "read", "read cart.py", '{"file_path": "cart.py"}'),
    ToolEnded("1", "read", "5 lines", {"path": "cart.py", "lines": 5}, seconds=0.02),
    ToolStarted("2", "edit", "edit cart.py", '{"file_path": "cart.py"}'),
    ToolEnded("2", "edit", "Edited.", {"diff": DIFF, "path": "cart.py"}, seconds=0.1),
    ToolStarted("3", "bash", "bash pytest -q", '{"command": "pytest -q"}'),
    ToolEnded("3", "bash", "....\n4 passed in 0.03s", {"exit_code": 0}, seconds=1.4),
    MessageAdded(Message("assistant", ANSWER)),
    UsageReported(USAGE, TIMINGS),
    TurnEnded("success", ANSWER, 4, USAGE, TIMINGS, 14.2, ("cart.py",)),
)
LOST = ModelError("engine_lost", "The engine stopped and could not go on (killed).")
FAILED: Sequence[Event] = (
    *BEGUN,
    TurnEnded("engine_error", LOST.text, 1, Usage(), Timings(), 3.0, error=LOST),
)
PLAN = Plan(
    "Carts have discounts",
    (
        PlanStep("Add a discount to the cart", ("cart.py",), symbols=("total",)),
        PlanStep("Test it", (), ("test_cart.py",), verify="pytest -q"),
    ),
    ("pytest -q",),
)
STEPS = (("Add a discount", "done"), ("Test it", "doing"), ("Write it down", "todo"))
QUESTION = Question(
    "4",
    "bash",
    "mode ask asks before each command",
    (Access("run", "rm -rf build && python -m build", preview="rm -rf build && python -m build"),),
)


@dataclass
class Clock:
    """A clock that stands still until it is told otherwise."""

    now: float = 100.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


CLOCK: Final = Clock()


@pytest.fixture(autouse=True)
def same_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pictures show a machine with a sandbox; nothing is run in it."""
    CLOCK.now = 100.0
    sandbox = Sandbox("bubblewrap", "commands write only in this folder, no network", full=True)

    async def probe(_root: Path, _extra: Sequence[Path], **_more: object) -> Sandbox:
        return sandbox

    monkeypatch.setattr("inhouse.build.probe", probe)


async def show(stage: Stage, events: Sequence[Event]) -> None:
    """Shows events as if they had just happened."""
    for event in events:
        stage.app.take_event(event)
    await stage.settle()
    stage.app.prefill.refresh_figures()
    await stage.pilot.pause()


async def empty(stage: Stage) -> None:
    """Nothing was said yet."""
    await stage.settle()


async def edited(stage: Stage) -> None:
    """A turn that changed a file has ended."""
    await show(stage, EDITED)


async def reading(stage: Stage) -> None:
    """A prompt is being read."""
    await show(stage, (*BEGUN, PrefillProgress(800, 800, 3_300)))
    CLOCK.now += 8
    await show(stage, (PrefillProgress(800, 2_040, 3_300),))


async def thinking(stage: Stage) -> None:
    """The model thinks."""
    await show(stage, (*BEGUN, PrefillProgress(800, 3_300, 3_300)))
    CLOCK.now += 2
    await show(stage, EDITED[1:2])
    CLOCK.now += 5
    await show(stage, EDITED[1:2])


async def writing(stage: Stage) -> None:
    """The model writes, and two prompts wait."""
    await show(stage, (*BEGUN, PrefillProgress(800, 3_300, 3_300)))
    CLOCK.now += 1.8
    await show(stage, (TextArrived(ANSWER[:30]),))
    CLOCK.now += 2
    await show(stage, (TextArrived(ANSWER[30:60]),))
    stage.app.composer.busy = True
    stage.app.composer.queue = ["And the discounts?", "Then commit it."]
    await stage.pilot.pause()


async def asking(stage: Stage) -> None:
    """A command waits for an answer."""
    await show(stage, EDITED[:6])
    asked = asyncio.create_task(stage.app.live.questions.ask(QUESTION))
    await stage.until(lambda: stage.app.answering.asking)
    await stage.settle()
    asked.add_done_callback(lambda _task: None)


async def failed(stage: Stage) -> None:
    """The engine was lost."""
    await show(stage, FAILED)


async def planned(stage: Stage) -> None:
    """A plan was handed in."""
    await show(stage, (*BEGUN, PlanProposed(PLAN)))
    await stage.until(lambda: stage.app.focused is not None)


async def stepping(stage: Stage) -> None:
    """The steps of a plan are carried out."""
    await show(stage, (*BEGUN, PlanChanged(STEPS)))


State = Callable[[Stage], Awaitable[None]]
WIDE, USUAL, NARROW, LEAST = (160, 40), (100, 30), (60, 24), (40, 12)
DARK, LIGHT = "ink", "paper"


@pytest.mark.parametrize(
    ("state", "size", "theme"),
    [
        (empty, USUAL, DARK),
        (empty, NARROW, DARK),
        (empty, USUAL, LIGHT),
        (edited, WIDE, DARK),
        (edited, USUAL, DARK),
        (edited, NARROW, DARK),
        (edited, USUAL, LIGHT),
        (edited, LEAST, DARK),
        (reading, USUAL, DARK),
        (reading, NARROW, LIGHT),
        (thinking, USUAL, DARK),
        (writing, USUAL, DARK),
        (writing, NARROW, DARK),
        (asking, USUAL, DARK),
        (asking, NARROW, LIGHT),
        (asking, LEAST, DARK),
        (failed, USUAL, DARK),
        (planned, USUAL, DARK),
        (planned, NARROW, LIGHT),
        (stepping, USUAL, DARK),
    ],
)
def test_it_looks_as_it_should(
    state: State, size: tuple[int, int], theme: str, snapshot: Snapshot
) -> None:
    folder = make_folder(Path.home())
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)

    async def run() -> None:
        async with running(folder, ScriptedModel(()), size, clock=CLOCK, sandbox="auto") as stage:
            stage.app.theme = theme
            await state(stage)
            snapshot(stage.app, f"screens/{state.__name__}-{size[0]}-{theme}")

    asyncio.run(run())
