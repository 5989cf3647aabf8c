"""The real model and its engine: killed, interrupted, stopped, and asked for more than fits."""

import asyncio
import time
from collections.abc import Callable

import pytest
from tests.e2e.conftest import BRIEF, engines, kill_engines
from tests.e2e.installed import Done, Installed, Json, Running

from inhouse_models.host.control import stop_engines

pytestmark = [pytest.mark.model, pytest.mark.usefixtures("engine")]
STREAM = ("--output-format", "stream-json")
# A question is answered in words, which arrive one by one; a task begins with a call.
PROMPT = "In one long sentence, what does README.md say?"
# What the model says, and for how long, is its own affair, and another one on another processor:
# one of these is still being answered in words when something happens to it.
QUESTIONS = (
    PROMPT,
    "Tell a story of twelve sentences about a lighthouse. Use no tools.",
    "Count from 1 to 100 in words. Use no tools.",
    "In ten sentences, how does a clock work? Use no tools.",
)
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


def wait_until_idle() -> None:
    """Until no engine is busy."""
    ends = time.monotonic() + 60
    while any(one.busy for one in engines()):
        assert time.monotonic() < ends, "the engine goes on for nobody"
        time.sleep(0.05)


def while_it_writes(
    inhouse: Installed,
    act: Callable[[Running], object],
    was_in_time: Callable[[Done], bool],
    *arguments: str,
) -> Done:
    """The run to which something was done after its first words, and before its last."""
    ended: list[Done] = []
    for question in QUESTIONS:
        with start(inhouse, question, *arguments) as running:
            if running.reach("text_arrived") is not None:
                act(running)
            ended.append(running.end())
        if was_in_time(ended[-1]):
            return ended[-1]
    raise AssertionError(f"every answer had ended before: {ended}")


def words_of(done: Done) -> str:
    """What arrived of the answer, in one."""
    return "".join(event["text"] for event in done.events if event["type"] == "text_arrived")


def test_a_killed_engine_is_not_noticed_in_the_answer(inhouse: Installed) -> None:
    before: list[str] = []

    def kill(running: Running) -> None:
        running.reach("text_arrived")
        before.append(words_of(Done(0, "".join(running.seen), "")))
        kill_engines()

    lost = "note: The engine stopped unexpectedly"
    killed = while_it_writes(inhouse, kill, lambda done: lost in done.complaints)
    check_answered(killed)
    # It went on where it was: nothing came twice or was left out. An answer that nobody disturbed
    # may have other words, since numbers depend a little on what is read together.
    (answer,) = answers(killed)
    assert words_of(killed) == answer["text"]
    assert answer["text"].startswith(before[-1]) and len(answer["text"]) > len(before[-1])
    again = check_answered(inhouse.run("-c", "-p", "Go on.", *STREAM, *BRIEF))
    if killed.code == 0:
        # The engine finds its own tokens in what is kept of the answer.
        usage = killed.result["usage"]
        known = usage["input_tokens"] + usage["output_tokens"] - 2
        assert again.result["usage"]["cached_input_tokens"] >= known


def test_an_engine_that_dies_again_and_again(inhouse: Installed) -> None:
    def kill_all(running: Running) -> None:
        while running.process.poll() is None:
            kill_engines()

    done = while_it_writes(inhouse, kill_all, lambda done: done.code == 5)
    assert done.errors == [], done
    assert done.result["error"]["kind"] == "engine_lost"
    assert "engine.log" in done.result["result"]
    # The dead leave nothing behind that stops the next one.
    check_answered(inhouse.run("-c", "-p", PROMPT, *STREAM, *BRIEF))


def test_an_engine_that_is_stopped_finishes_its_answer(inhouse: Installed) -> None:
    with start(inhouse, PROMPT) as running:
        running.reach("text_arrived")
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
        running.press_ctrl_c()
        reading = running.end()
    wait_until_idle()
    writing = while_it_writes(inhouse, Running.press_ctrl_c, lambda done: done.code == 130, "-c")
    wait_until_idle()
    for done in (reading, writing):
        assert (done.code, done.errors) == (130, [])
        assert done.result["subtype"] == "interrupted"
    third = check_answered(inhouse.run("-c", "-p", PROMPT, *STREAM, *BRIEF))
    assert third.result["session_id"] == reading.result["session_id"]
    assert third.result["timings"]["queue_seconds"] < 20
    assert third.result["usage"]["cached_input_tokens"] > len(LONG.split())
    shown = inhouse.run("sessions", "show", "--json").succeeded().events
    prompts = [event["prompt"] for event in shown if event["type"] == "turn_started"]
    tried = QUESTIONS[: len(prompts) - 2]
    assert tried and prompts == [LONG.strip(), *tried, PROMPT]


def test_ctrl_c_while_the_model_loads(inhouse: Installed) -> None:
    kill_engines()
    with start(inhouse, PROMPT) as running:
        while not engines():
            assert running.process.poll() is None
        running.press_ctrl_c()
        done = running.end()
    assert (done.code, done.errors) == (130, [])
    assert done.result["subtype"] == "interrupted"
    assert len(engines()) == 1


def test_a_megabyte_of_standard_input(inhouse: Installed) -> None:
    log = "".join(f"{number:06} all is well on the western front\n" for number in range(25_000))
    done = inhouse.run("-p", "What went wrong?", *BRIEF, piped=log)
    done.failed(4, "tokens", "2048", "inhouse config set context")
    # It is said again, not forgotten, and a new session is free of it.
    inhouse.run("-c", "-p", "And now?", *BRIEF).failed(4, "tokens", "2048")
    check_answered(inhouse.run("-p", PROMPT, *STREAM, *BRIEF))
