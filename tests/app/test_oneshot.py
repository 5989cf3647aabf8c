"""One prompt with scripted models: exit codes, output, journal, interruption."""

import asyncio
import io
import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from inhouse import oneshot
from inhouse.build import BuildProblem, Built, Resume, Wish, build
from inhouse.exit_codes import ExitCode
from inhouse.output.formats import JsonOutput, Output, StreamJsonOutput
from inhouse.settings import Settings
from inhouse_agent.events import Event, Noticed
from inhouse_agent.kit import deny_asks
from inhouse_agent.session import list_sessions
from inhouse_models.chat import ModelClient, ModelError
from inhouse_models.scripted import FailingModel, ScriptedModel, SlowModel, call, fail, say
from inhouse_models.transfer import ignore_progress

Json = dict[str, Any]


def play(model: ModelClient | ModelError, wish: Wish, output: Output, prompt: str) -> ExitCode:
    """The whole of one-shot, with this model in the place of a real one."""

    async def connect(settings: Settings, progress: object) -> ModelClient | ModelError:
        return model

    async def run() -> ExitCode:
        return await oneshot.run(
            oneshot.answering(prompt),
            output,
            lambda show: build(wish, show, ignore_progress, deny_asks, connect),
            structured=wish.schema is not None,
        )

    return asyncio.run(run())


def wish_for(root: Path, settings: Mapping[str, Any] | None = None, **more: Any) -> Wish:
    values = {"sandbox": "off", **(settings or {})}
    return Wish(root, Settings.model_validate(values), "auto-edit", **more)


def answer(
    model: ModelClient | ModelError, wish: Wish, prompt: str = "go"
) -> tuple[ExitCode, Json]:
    out = io.StringIO()
    code = play(model, wish, JsonOutput(out), prompt)
    return code, json.loads(out.getvalue())


def test_an_answer_is_success(folder: Path) -> None:
    code, result = answer(ScriptedModel((say("Done."),)), wish_for(folder))
    assert code == ExitCode.DONE
    assert (result["subtype"], result["result"], result["num_turns"]) == ("success", "Done.", 1)
    assert result["session_id"] == list_sessions(folder)[0].id


def test_a_folder_that_is_no_project_is_said(folder: Path) -> None:
    for root, wanted in ((Path.home(), 1), (folder, 0)):
        out = io.StringIO()
        play(ScriptedModel((say("Hi."),)), wish_for(root), StreamJsonOutput(out), "hi")
        *events, result = map(json.loads, out.getvalue().splitlines())
        told = [event["text"] for event in events if event["type"] == "noticed"]
        assert len([text for text in told if f"{root} is no project" in text]) == wanted
        assert result["notices"] == told


def test_an_edit_goes_ahead_and_is_reported(folder: Path) -> None:
    model = ScriptedModel((call("write", file_path="a.txt", content="new\n"), say("Written.")))
    code, result = answer(model, wish_for(folder))
    assert code == ExitCode.DONE
    assert result["files_changed"] == ["a.txt"]
    assert (folder / "a.txt").read_text("utf-8") == "new\n"


def test_a_command_without_a_sandbox_is_denied_and_said(folder: Path) -> None:
    model = ScriptedModel((call("bash", command="touch made"), say("I could not.")))
    out = io.StringIO()
    code = play(model, wish_for(folder), StreamJsonOutput(out), "go")
    events = [json.loads(line) for line in out.getvalue().splitlines()]
    assert code == ExitCode.BLOCKED
    assert events[-1]["subtype"] == "blocked"
    assert [one["allowed"] for one in events if one["type"] == "answered"] == [False]
    assert not (folder / "made").exists()


def test_yolo_runs_it_unprotected_and_says_so(folder: Path) -> None:
    model = ScriptedModel((call("bash", command="touch made"), say("Done.")))
    out = io.StringIO()
    code = play(model, wish_for(folder, {"mode": "yolo"}), StreamJsonOutput(out), "go")
    assert code == ExitCode.DONE
    assert (folder / "made").exists()
    assert "unprotected" in out.getvalue()


def test_plan_changes_nothing(folder: Path) -> None:
    write = call("write", file_path="a.txt", content="new\n")
    model = ScriptedModel((write, say("I would."), say('{"steps": [{"intent": "Write a.txt"}]}')))
    code, result = answer(model, wish_for(folder, {"mode": "plan"}))
    assert (code, result["result"]) == (ExitCode.DONE, "# Write a.txt\n\n1. Write a.txt\n")
    assert not (folder / "a.txt").exists()


def test_a_limit_ends_with_its_own_code(folder: Path) -> None:
    reads = (call("glob", pattern="*"), call("glob", pattern="*.py"), say("Done."))
    code, result = answer(ScriptedModel(reads), wish_for(folder, {"max_turns": 2}))
    assert code == ExitCode.LIMIT
    assert "--max-turns" in result["result"]


def test_no_model_is_a_result_with_its_error(folder: Path) -> None:
    error = ModelError("no_model", "No model is here.")
    code, result = answer(error, wish_for(folder))
    assert code == ExitCode.ENGINE
    assert result["error"] == {"kind": "no_model", "text": "No model is here."}
    assert result["is_error"] is True
    assert list_sessions(folder) == []


def test_an_engine_that_cannot_load_is_an_engine_error(folder: Path) -> None:
    model = FailingModel((), ModelError("load", "The file is truncated."), request=0)
    code, result = answer(model, wish_for(folder))
    assert (code, result["error"]["kind"]) == (ExitCode.ENGINE, "load")


def test_an_engine_error_in_the_middle_is_an_engine_error(folder: Path) -> None:
    model = ScriptedModel((fail(ModelError("engine_lost", "The engine stopped.")),))
    code, result = answer(model, wish_for(folder))
    assert (code, result["subtype"]) == (ExitCode.ENGINE, "engine_error")


def test_a_check_that_passes_is_success_and_one_that_fails_is_not(folder: Path) -> None:
    model = ScriptedModel((call("write", file_path="ok", content="x\n"), say("Done.")))
    assert answer(model, wish_for(folder, {"verify": "test -f ok"}))[0] == ExitCode.DONE
    model = ScriptedModel((), after=say("Done."))
    code, result = answer(model, wish_for(folder, {"verify": "test -f missing"}))
    assert (code, result["subtype"]) == (ExitCode.FAILED, "failed")


def test_a_schema_gives_structured_output(folder: Path) -> None:
    model = ScriptedModel((say("The answer is 3."), say('{"count": 3}')))
    schema = {"type": "object", "properties": {"count": {"type": "integer"}}}
    code, result = answer(model, wish_for(folder, schema=schema))
    assert code == ExitCode.DONE
    assert result["structured_output"] == {"count": 3}
    assert model.requests[-1].schema == schema


def test_settings_reach_the_model(folder: Path) -> None:
    model = ScriptedModel((say("Done."),))
    settings = {"call_form": "fenced", "think": False}
    answer(model, wish_for(folder, settings, append_system_prompt="Speak Latin."))
    asked = model.requests[0]
    assert (asked.call_form, asked.think) == ("fenced", False)
    assert asked.messages[0].text.endswith("Speak Latin.")


def test_a_session_goes_on_with_what_was_said(folder: Path) -> None:
    _, first = answer(ScriptedModel((say("One."),)), wish_for(folder), "first")
    model = ScriptedModel((say("Two."),))
    _, second = answer(model, wish_for(folder, resume=Resume(latest=True)), "second")
    assert second["session_id"] == first["session_id"]
    said = [message.text for message in model.requests[0].messages[-2:]]
    assert said == ["One.", "second"]


def test_a_fork_leaves_the_session_as_it_was(folder: Path) -> None:
    _, first = answer(ScriptedModel((say("One."),)), wish_for(folder), "first")
    resume = Resume(id=first["session_id"][:6], fork=True)
    model = ScriptedModel((say("Two."),))
    _, second = answer(model, wish_for(folder, resume=resume), "second")
    assert second["session_id"] != first["session_id"]
    assert "One." in [message.text for message in model.requests[0].messages]


@pytest.mark.parametrize(
    ("resume", "settings", "words"),
    [
        (Resume(latest=True), {}, "no session"),
        (Resume(id="abcdef"), {}, "no session"),
        (Resume(), {"rules": {"allow": ["bash("]}}, "rules.allow"),
    ],
)
def test_a_wrong_wish_is_one_line_and_no_result(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    resume: Resume,
    settings: Json,
    words: str,
) -> None:
    out = io.StringIO()
    wish = wish_for(folder, settings, resume=resume)
    code = play(ScriptedModel((say("Done."),)), wish, JsonOutput(out), "go")
    complaint = capsys.readouterr().err
    assert code == ExitCode.USAGE
    assert out.getvalue() == ""
    assert words in complaint.lower()
    assert complaint.count("\n") == 1


def test_a_session_of_another_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    _, first = answer(ScriptedModel((say("One."),)), wish_for(tmp_path))
    wish = wish_for(folder, resume=Resume(id=first["session_id"]))

    async def connect(settings: Settings, progress: object) -> ModelClient:
        return ScriptedModel(())

    async def start() -> Built | BuildProblem:
        return await build(wish, lambda _: None, ignore_progress, deny_asks, connect)

    problem = asyncio.run(start())
    assert isinstance(problem, BuildProblem)
    assert f"-C {tmp_path}" in problem.text


def test_ctrl_c_keeps_the_session(folder: Path) -> None:
    model = SlowModel(say("A long answer\nthat is cut off\n"))

    class Impatient(JsonOutput):
        """Presses Ctrl+C at the first word of the answer."""

        def show(self, event: Event) -> None:
            if type(event).__name__ == "TextArrived":
                os.kill(os.getpid(), signal.SIGINT)

    out = io.StringIO()
    code = play(model, wish_for(folder), Impatient(out), "go")
    result = json.loads(out.getvalue())
    assert (code, result["subtype"]) == (ExitCode.INTERRUPTED, "interrupted")
    assert model.stopped
    resumed = ScriptedModel((say("Going on."),))
    code, _ = answer(resumed, wish_for(folder, resume=Resume(id=result["session_id"])), "go on")
    assert code == ExitCode.DONE


def test_a_journal_that_fails_is_said_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from inhouse_agent.session import Session, SessionProblem

    def full(self: Session, event: Event) -> SessionProblem:
        return SessionProblem("io", "The disk is full.")

    monkeypatch.setattr(Session, "append", full)
    seen: list[Event] = []

    class Watching(JsonOutput):
        """Keeps the events."""

        def show(self, event: Event) -> None:
            seen.append(event)

    play(ScriptedModel((say("Done."),)), wish_for(folder), Watching(io.StringIO()), "go")
    assert seen.count(Noticed("The disk is full.")) == 1
