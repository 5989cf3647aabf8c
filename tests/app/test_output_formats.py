"""What scripts read: golden result objects, one event a line, and nothing else on stdout."""

import io
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from inhouse.output.formats import JsonOutput, StreamJsonOutput, TextOutput
from inhouse.output.result import Result, result_of
from inhouse_agent.events import Noticed, TextArrived, TurnEnded
from inhouse_models.chat import ModelError, Timings, Usage

Golden = Callable[[str, str], None]
ENDED = TurnEnded(
    ending="success",
    text='{"answer": "a\u202eb"}',
    answers=2,
    usage=Usage(1200, 1000, 34),
    timings=Timings(0.0, 1.5, 3.25),
    seconds=5.0624,
    files_changed=("src/a.py",),
)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_the_result_object_is_as_documented(golden: Golden) -> None:
    out = io.StringIO()
    result = replace(result_of(ENDED, "abc123", structured=True), notices=("No sandbox.",))
    JsonOutput(out).finish(result)
    assert out.getvalue().count("\n") == 1
    golden("app/result.json", json.dumps(json.loads(out.getvalue()), indent=2) + "\n")


def test_an_engine_error_is_a_result_too(golden: Golden) -> None:
    out = io.StringIO()
    error = ModelError("no_model", "No model is here. Get one with: inhouse models pull starter")
    JsonOutput(out).finish(Result("engine_error", error.text, error=error))
    golden("app/result_error.json", json.dumps(json.loads(out.getvalue()), indent=2) + "\n")


def test_the_stream_ends_with_the_result() -> None:
    out = io.StringIO()
    output = StreamJsonOutput(out)
    output.show(Noticed("one\ntwo"))
    output.show(TextArrived("é\u2028"))
    output.show(ENDED)
    output.finish(result_of(ENDED, "abc123", structured=False))
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["type"] for line in lines] == ["noticed", "text_arrived", "turn_ended", "result"]
    assert lines[1]["text"] == "é\u2028"


@pytest.mark.parametrize("output", [JsonOutput, StreamJsonOutput])
def test_json_never_holds_a_raw_control(output: type[JsonOutput | StreamJsonOutput]) -> None:
    out = io.StringIO()
    output(out).finish(Result("success", "a\x1b[2Jb\u202e\x9b", structured={"\u202e": "\x1b"}))
    assert "\x9b" not in out.getvalue()
    assert "\x1b" not in out.getvalue()
    assert "\u202e" not in out.getvalue()


def test_a_terminal_gets_safe_text_and_a_pipe_the_very_text() -> None:
    terminal, pipe = Terminal(), io.StringIO()
    for out in (terminal, pipe):
        TextOutput(out, io.StringIO()).finish(Result("success", "a\x1b[2Jb"))
    assert terminal.getvalue() == "a\\x1b[2Jb\n"
    assert pipe.getvalue() == "a\x1b[2Jb\n"


def test_why_there_is_no_answer_is_not_an_answer() -> None:
    out, complaints = io.StringIO(), io.StringIO()
    TextOutput(out, complaints).finish(Result("limit", "Stopped after 3 answers."))
    assert out.getvalue() == ""
    assert complaints.getvalue() == "inhouse: Stopped after 3 answers.\n"


def test_text_that_is_no_json_has_no_structure() -> None:
    ended = TurnEnded("failed", "not json", 1, Usage(), Timings(), 0.0)
    assert result_of(ended, "abc123", structured=True).structured is None
