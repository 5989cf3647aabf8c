"""Figures of sessions: sums by turn and in all, and what fills a context."""

import asyncio
from pathlib import Path

import pytest
from tests.agent.kits import scripted

from inhouse.live.answers import answer_from_end, last_code
from inhouse.live.energy import Energy, read_watts
from inhouse.live.figures import Figures, figures_of, figures_of_folder, sum_of
from inhouse.live.filling import Filling, measure_filling
from inhouse.live.spelling import spell_count, spell_seconds, spell_size
from inhouse_agent.events import (
    Answered,
    Asked,
    Compacted,
    Event,
    FileChanged,
    Noticed,
    ToolEnded,
    TurnEnded,
    TurnStarted,
    UsageReported,
)
from inhouse_agent.session import Session, SessionProblem
from inhouse_models.chat import Message, ModelError, ModelInfo, Request, Timings, ToolCall, Usage
from inhouse_models.scripted import INFO, ScriptedModel

TURN: tuple[tuple[float, Event], ...] = (
    (0.0, TurnStarted("Do it.", "ask", "scripted")),
    (3.0, UsageReported(Usage(1000, 0, 40), Timings(0.5, 2.0, 4.0))),
    (3.0, Asked("1", "bash", "it runs", ("ls",))),
    (13.0, Answered("1", allowed=True, by="person")),
    (14.0, ToolEnded("1", "bash", "x", failed=True, seconds=1.5)),
    (15.0, ToolEnded("2", "edit", "x", seconds=0.25)),
    (15.0, FileChanged("a.py", "1", "2")),
    (15.0, FileChanged("a.py", "2", "3")),
    (18.0, UsageReported(Usage(1200, 1040, 60), Timings(0.0, 1.0, 6.0))),
    (19.0, TurnEnded("success", "Done.", 2, Usage(2200, 1040, 100), Timings(), 30.0, ("a.py",))),
)


def folded(*turns: tuple[tuple[float, Event], ...]) -> Figures:
    figures = Figures()
    for turn in turns:
        for at, event in turn:
            figures.note(event, at)
    return figures


def test_one_turn() -> None:
    (turn,) = folded(TURN).turns
    assert turn.usage == Usage(2200, 1040, 100)
    assert turn.fresh == 1160
    assert turn.hits == pytest.approx(1040 / 2200)
    assert turn.answers == 2
    assert turn.first_token == 2.5
    assert turn.writing_speed == pytest.approx(10)
    assert turn.reading_speed == pytest.approx(1160 / 3)
    assert turn.waited == 10
    assert turn.calls == {"bash": 1, "edit": 1}
    assert turn.failed["bash"] == 1
    assert turn.files == {"a.py"}
    assert turn.phases == {
        "waiting for the engine": 0.5,
        "reading": 3.0,
        "writing": 10.0,
        "tools": 1.75,
        "waiting for you": 10.0,
        "other": pytest.approx(30 - 25.25),
    }


def test_turns_add_up() -> None:
    second = (
        (50.0, TurnStarted("Again.", "ask", "scripted")),
        (51.0, UsageReported(Usage(2000, 1900, 10), Timings(0.0, 0.5, 1.0))),
        (51.0, Compacted(2000, 900, 1, ())),
        (52.0, TurnEnded("success", "Done.", 1, Usage(), Timings(), 2.0)),
    )
    total = folded(TURN, second).total
    assert total.usage == Usage(4200, 2940, 110)
    assert total.seconds == 32
    assert total.compactions == 1
    assert total.first_token == pytest.approx(1.5)
    assert sum_of([folded(TURN), folded(TURN, second)]).total.answers == 5


def test_what_comes_before_the_first_turn_is_no_turn() -> None:
    figures = folded(((0.0, Noticed("no sandbox")),))
    assert figures.turns == []
    assert figures.total.hits == 0
    assert figures.total.first_token is None
    assert figures.total.writing_speed == 0


def test_the_sessions_of_a_folder(tmp_path: Path) -> None:
    for _ in range(2):
        session = Session.create(tmp_path, "scripted")
        assert not isinstance(session, SessionProblem)
        for _, event in TURN:
            session.append(event)
        assert figures_of(session.entries).turns[0].usage == Usage(2200, 1040, 100)
        session.close()
    other = Session.create(tmp_path.parent, "scripted")
    assert not isinstance(other, SessionProblem)
    other.close()
    found = figures_of_folder(tmp_path)
    assert [len(figures.turns) for figures in found] == [1, 1]


INSTRUCTIONS = "Instructions of the project, from AGENTS.md:\n" + "Be kind. " * 40
OPENING = (
    f"{INSTRUCTIONS}\nEnd of these instructions.\n\n"
    "Files in the repository:\n" + "app/main.py\n" * 30 + "\n\nTask:\nSay hello."
)
HISTORY = [
    Message("system", "You are an agent."),
    Message("user", OPENING),
    Message("assistant", "I read.", calls=(ToolCall("1", "read", "{}"),), tokens=(1, 2), model="x"),
    Message("tool", "line\n" * 200, answers="1"),
    Message("assistant", "I run.", calls=(ToolCall("2", "bash", "{}"),)),
    Message("tool", "output " * 100, answers="2"),
    Message("assistant", "Done with it."),
]


def measure(root: Path, history: list[Message], info: ModelInfo = INFO) -> Filling:
    filling = asyncio.run(measure_filling(scripted(root).kit, history, info))
    assert isinstance(filling, Filling)
    return filling


def test_each_kind_of_content_is_counted(tmp_path: Path) -> None:
    filling = measure(tmp_path, HISTORY)
    tokens = {share.name: share.tokens for share in filling.shares}
    # The scripted model counts four characters as a token.
    assert tokens["instructions"] == pytest.approx(len(INSTRUCTIONS) / 4, abs=12)
    assert tokens["files"] == pytest.approx((30 * 12 + 25 + 1000) / 4, abs=12)
    assert tokens["tool results"] == pytest.approx(700 / 4, abs=2)
    assert 0 < tokens["conversation"] < 60
    assert sum(tokens.values()) == filling.tokens
    assert filling.exact
    assert 0 < filling.limit < 0.85 * filling.context
    assert filling.room == filling.limit - filling.tokens


def test_an_empty_session_holds_system_and_tools_alone(tmp_path: Path) -> None:
    filling = measure(tmp_path, [])
    assert [share.name for share in filling.shares] == ["system and tools"]
    assert filling.tokens == filling.shares[0].tokens > 0


def test_a_server_that_does_not_count_is_only_estimated(tmp_path: Path) -> None:
    remote = ModelInfo("far", "", 8192, "large")
    assert not measure(tmp_path, HISTORY, remote).exact


def test_a_task_that_quotes_itself_is_conversation(tmp_path: Path) -> None:
    text = "Explain this:\n\nTask:\nSay hello."
    history = [HISTORY[0], Message("user", text), Message("assistant", "Well.")]
    filling = measure(tmp_path, history)
    tokens = {share.name: share.tokens for share in filling.shares}
    assert tokens["instructions"] == 0
    assert tokens["files"] < 5


def test_why_it_cannot_be_counted_is_a_value(tmp_path: Path) -> None:
    class Uncounting(ScriptedModel):
        async def count(self, request: Request) -> int | ModelError:  # pyright: ignore[reportIncompatibleMethodOverride] - it fails on purpose
            return ModelError("engine_lost", "It is gone.")

    bench = scripted(tmp_path)
    bench.kit.client = Uncounting(())
    filling = asyncio.run(measure_filling(bench.kit, HISTORY, INFO))
    assert filling == ModelError("engine_lost", "It is gone.")


def test_energy_counters_may_begin_again(tmp_path: Path) -> None:
    package = tmp_path / "intel-rapl:0"
    package.mkdir()
    counter = package / "energy_uj"
    counter.write_text("9000000\n", "ascii")
    (package / "max_energy_range_uj").write_text("10000000\n", "ascii")
    energy = Energy(tmp_path)
    assert energy.joules == 0
    counter.write_text("2000000\n", "ascii")
    assert energy.joules == pytest.approx(3)
    counter.unlink()
    assert energy.joules is None
    assert Energy(tmp_path / "none").joules is None


@pytest.mark.parametrize(
    ("said", "watts"),
    [("echo 200.5; echo 10.5", 211.0), ("echo '[N/A]'", None), ("exit 9", None)],
)
def test_the_graphics_card_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, watts: float | None
) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{said}\n", "ascii")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert asyncio.run(read_watts()) == watts
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", ".:")
    assert asyncio.run(read_watts()) is None


def test_answers_are_found_from_the_end() -> None:
    assert answer_from_end(HISTORY, 1) == "Done with it."
    assert answer_from_end(HISTORY, 3) == "I read."
    assert answer_from_end(HISTORY, 4) == ""
    assert answer_from_end(HISTORY, 0) == ""


def test_the_last_code_block_is_given_without_its_fences() -> None:
    text = "First\n```python\na = 1\n```\nthen\n~~~~\nb = ```2```\n~~~~\nend"
    assert last_code(text) == "b = ```2```\n"
    assert last_code("no code") == ""


def test_times_and_sizes_are_spelt_for_people() -> None:
    spelt = [spell_seconds(seconds) for seconds in (0, 3.21, 9.96, 47.4, 64, 3599.6, 7500)]
    assert spelt == ["0.0 s", "3.2 s", "10 s", "47 s", "1 min 04 s", "1 h 00 min", "2 h 05 min"]
    assert spell_seconds(3.2, tenths=False) == "3 s"
    assert [spell_size(size) for size in (900, 640_000_000, 1_240_000_000)] == [
        "1 kB",
        "640 MB",
        "1.2 GB",
    ]
    assert [spell_count(count, "answer") for count in (1, 1200)] == ["1 answer", "1,200 answers"]
