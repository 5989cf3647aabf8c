"""The real model and its engine: killed, interrupted, stopped, and asked for more than fits."""

import asyncio
import time

import pytest
from tests.e2e.conftest import BRIEF, engines, kill_engines
from tests.e2e.installed import Done, Installed, Json, Running

from inhouse_models.host.control import stop_engines

pytestmark = [pytest.mark.model, pytest.mark.usefixtures("engine")]
STREAM = ("--output-format", "stream-json")
# A question is answered in words, which arrive one by one; a task begins with a call.
PROMPT = "In one long sentence, what does README.md say?"
# Long enough to be interrupted while it is read, short enough for the context.
LONG = "The fog comes on little cat feet. " * 90


def start(inhouse: Installed, prompt: str, *arguments: str) -> Running:
    """A prompt whose events can be followed."""
    return inhouse.start("-p", prompt, *STREAM, *BRIEF, *arguments)


def answers(done: Done) -> list[Json]:
    """What the model said: text, calls and token ids."""
    messages = [event["message"] for event in done.events if event["type"] == "message_added"]
    return [message for message in messages if message["role"] == "assistant"]


def check_answered(done: Done) -> Done:
    """It ended by itself, after one answer or at the limit of one."""
    assert done.code in (0, 4), done
    assert "Traceback" not in done.complaints
    assert done.result["num_turns"] == 1
    return done


def wait_until_idle() -> float:
    """Seconds until no engine is busy."""
    started = time.monotonic()
    while any(one.busy for one in engines()):
        assert time.monotonic() - started < 20
        time.sleep(0.05)
    return time.monotonic() - started


def test_a_killed_engine_is_not_noticed_in_the_answer(inhouse: Installed) -> None:
    # Both read the prompt from its beginning: numbers depend a little on what is read together.
    kill_engines()
    whole = check_answered(inhouse.run("-p", PROMPT, *STREAM, *BRIEF))
    pieces = sum(event["type"] == "text_arrived" for event in whole.events)
    with start(inhouse, PROMPT) as running:
        running.wait_for("turn_started")
        for _ in range(max(1, pieces // 2)):
            running.wait_for("text_arrived")
        kill_engines()
        killed = check_answered(running.end())
    assert "note: The engine stopped unexpectedly" in killed.complaints
    assert (killed.code, killed.result["result"]) == (whole.code, whole.result["result"])
    assert answers(killed) == answers(whole)
    check_answered(inhouse.run("-c", "-p", "Go on.", *STREAM, *BRIEF))


def test_an_engine_that_dies_again_and_again(inhouse: Installed) -> None:
    with start(inhouse, PROMPT) as running:
        running.wait_for("text_arrived")
        while running.process.poll() is None:
            kill_engines()
        done = running.end()
    assert (done.code, done.errors) == (5, []), done
    assert done.result["error"]["kind"] == "engine_lost"
    assert "engine.log" in done.result["result"]
    # The dead leave nothing behind that stops the next one.
    check_answered(inhouse.run("-c", "-p", PROMPT, *STREAM, *BRIEF))


def test_an_engine_that_is_stopped_finishes_its_answer(inhouse: Installed) -> None:
    with start(inhouse, PROMPT) as running:
        running.wait_for("text_arrived")
        assert asyncio.run(stop_engines()) == 1
        done = check_answered(running.end())
    assert "stopped unexpectedly" not in done.complaints
    assert answers(done)[0]["tokens"]


def test_ctrl_c_while_reading_then_while_writing(inhouse: Installed) -> None:
    with start(inhouse, LONG) as running:
        while True:
            event = running.wait_for("prefill_progress")
            assert event["done"] < event["total"], "it was read before it could be interrupted"
            if event["done"] > event["cached"]:
                break
        assert running.press_ctrl_c() < 5
        reading = running.end()
    assert wait_until_idle() < 5
    with start(inhouse, PROMPT, "-c") as running:
        running.wait_for("text_arrived")
        assert running.press_ctrl_c() < 5
        writing = running.end()
    assert wait_until_idle() < 5
    for done in (reading, writing):
        assert (done.code, done.errors) == (130, [])
        assert done.result["subtype"] == "interrupted"
    third = check_answered(inhouse.run("-c", "-p", PROMPT, *STREAM, *BRIEF))
    assert third.result["session_id"] == reading.result["session_id"]
    assert third.result["timings"]["queue_seconds"] < 2
    assert third.result["usage"]["cached_input_tokens"] > len(LONG.split())
    shown = inhouse.run("sessions", "show", "--json").succeeded().events
    prompts = [event["prompt"] for event in shown if event["type"] == "turn_started"]
    assert prompts == [LONG.strip(), PROMPT, PROMPT]


def test_ctrl_c_while_the_model_loads(inhouse: Installed) -> None:
    kill_engines()
    with start(inhouse, PROMPT) as running:
        while not engines():
            assert running.process.poll() is None
        assert running.press_ctrl_c() < 5
        done = running.end()
    assert (done.code, done.errors) == (130, [])
    assert done.result["subtype"] == "interrupted"
    assert len(engines()) == 1


def test_a_megabyte_of_standard_input(inhouse: Installed) -> None:
    log = "".join(f"{number:06} all is well on the western front\n" for number in range(25_000))
    started = time.monotonic()
    done = inhouse.run("-p", "What went wrong?", *BRIEF, piped=log)
    done.failed(4, "tokens", "2048", "inhouse config set context")
    assert time.monotonic() - started < 60
    # It is said again, not forgotten, and a new session is free of it.
    inhouse.run("-c", "-p", "And now?", *BRIEF).failed(4, "tokens", "2048")
    check_answered(inhouse.run("-p", PROMPT, *STREAM, *BRIEF))
