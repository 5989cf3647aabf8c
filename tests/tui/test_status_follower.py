"""The status line follows sessions, events, git and the model's file."""

import asyncio
from pathlib import Path

import pytest

from inhouse.live import model_figures
from inhouse.live.model_figures import ModelFigures
from inhouse.tui.status.follower import StatusFollower
from inhouse.tui.status.status import Status
from inhouse.tui.status.status_line import StatusLine
from inhouse_agent.events import Compacted, Noticed, UsageReported
from inhouse_models.chat import Timings, Usage


def follower(root: Path, **status: object) -> StatusFollower:
    made = StatusFollower(StatusLine(), root)
    made.status = Status(**status)  # pyright: ignore[reportArgumentType] - of the fields' own types
    return made


def test_answers_and_summaries_tell_how_full_the_context_is(tmp_path: Path) -> None:
    one = follower(tmp_path)
    one.follow_event(UsageReported(Usage(1000, 400, 50), Timings()))
    assert one.status.tokens == 1050
    one.follow_event(Compacted(1050, 300, 1, ()))
    assert one.status.tokens == 300


def test_a_session_that_goes_on_is_as_full_as_it_was(tmp_path: Path) -> None:
    one = follower(tmp_path, tokens=9)
    one.recall([UsageReported(Usage(10, 0, 5), Timings()), Noticed("x")])
    assert one.status.tokens == 15
    one.recall([])
    assert one.status.tokens == 0


def test_the_models_file_is_told_and_none_of_a_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(name: str, context: int) -> ModelFigures:
        return ModelFigures(f"{name}.gguf", "Q4_K_M", 100, context)

    monkeypatch.setattr(model_figures, "look_at_model", look)
    one = follower(tmp_path, model="small", context=4096)
    asyncio.run(one.look_at_model())
    assert one.status.quantisation == "Q4_K_M"
    assert (one.status.model_bytes, one.status.cache_bytes) == (100, 4096)
    far = follower(tmp_path, model="small", endpoint="http://far", quantisation="Q8_0")
    asyncio.run(far.look_at_model())
    assert far.status.quantisation == ""
