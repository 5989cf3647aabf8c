"""`inhouse engine pause`, `resume` and `status` as a person types them, and what they say."""

import asyncio
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.app.conftest import Run

from inhouse.engine_memory import (
    MOST,
    NONE_RUNS,
    USAGE,
    describe_memory,
    describe_pause,
    describe_resume,
    obey,
    parse_duration,
)
from inhouse_models.host.control import EngineStatus, Obeyed

READY = EngineStatus(7, "/models/big.gguf", "ready", False, 0, 4096, 10, 2**30, 1.0, 2.0)
MIB = 1024**2


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("30m", 1800), ("30min", 1800), ("1h30m", 5400), ("2 H", 7200), ("366d", MOST)],
)
def test_times_as_people_write_them(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "5", "0s", "m", "-1m", "1.5h", "m5", "367d", "9" * 5000 + "s", "٣m", "nan", "1s1h"]
)
def test_what_is_no_time(text: str) -> None:
    assert parse_duration(text) is None


@given(st.text())
def test_any_text_is_a_time_or_none(text: str) -> None:
    seconds = parse_duration(text)
    assert seconds is None or 0 < seconds <= MOST


def test_a_pause_without_an_engine(inhouse: Run) -> None:
    for command in ("pause", "resume"):
        done = inhouse("engine", command)
        assert (done.returncode, done.stdout.strip()) == (0, NONE_RUNS)
        assert inhouse("engine", command, "--json").stdout.strip() == "[]"
    assert json.loads(inhouse("engine", "status", "--json").stdout) == []
    refused = inhouse("engine", "pause", "--for", "soon")
    assert refused.returncode == 2
    assert "30m" in refused.stderr


def test_what_a_pause_gave_back_and_what_became_of_it() -> None:
    told = {"freed_bytes": 720 * MIB, "saved_tokens": 1398}
    text = describe_pause(Obeyed(READY, told))
    assert text == (
        "big is paused: 720 MiB are free again, 1,398 tokens of conversations are saved."
        " To go on: inhouse engine resume, or /engine resume"
    )
    lost = describe_pause(Obeyed(READY, {**told, "lost_tokens": 12, "memory_bytes": 3 * MIB}))
    assert "12 are lost and will be read again (3 MiB of it in memory alone" in lost
    assert describe_pause(Obeyed(READY, fault="no room.")) == "big: no room."
    assert describe_resume(Obeyed(READY, {"resumed": False})).startswith("big was not paused")
    assert describe_resume(Obeyed(READY, {"resumed": True, "seconds": 2.8})) == (
        "big is in memory again, after 2.8 s."
    )


def test_what_the_status_says_of_memory_that_is_away_or_will_be() -> None:
    assert describe_memory(READY) == []
    planned = replace(READY, unload_seconds=61.0)
    assert describe_memory(planned) == ["big: without work its memory is released in 1 min 01 s."]
    away = replace(READY, state="unloaded", freed_bytes=5 * MIB, saved_tokens=3, waiting=2)
    assert describe_memory(away) == [
        "big: 5 MiB are free again, 3 tokens of conversations are saved. The next prompt loads it.",
        "big: 2 wait for it.",
    ]


@pytest.mark.parametrize(
    ("words", "text"),
    [("", NONE_RUNS), ("pause", NONE_RUNS), ("pause 5m", NONE_RUNS), ("resume", NONE_RUNS)]
    + [(words, USAGE) for words in ("stop", "pause soon", "pause 5m now", "resume 5m")],
)
def test_the_slash_command(words: str, text: str) -> None:
    assert asyncio.run(obey(words)) == text
