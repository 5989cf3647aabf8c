"""The conversation in plain lines, with scripted models and a person who is a list of lines."""

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from inhouse.build import BuildProblem, Wish
from inhouse.exit_codes import ExitCode
from inhouse.plain.asking import Decision, understand
from inhouse.plain.conversation import GREETING, LEAVING, Person, PlainConversation
from inhouse.plain.printer import Printer
from inhouse.settings import Settings
from inhouse.sources import user_file
from inhouse_agent.events import (
    Answered,
    ChangeProposed,
    Event,
    MessageAdded,
    PlanChanged,
    PrefillProgress,
    TextArrived,
    ThinkingArrived,
    ToolEnded,
    ToolStarted,
    TurnEnded,
    TurnStarted,
)
from inhouse_agent.permission import Mode
from inhouse_models.chat import Message, ModelClient, ModelError, Request, Timings, Usage
from inhouse_models.scripted import ScriptedModel, SlowModel, call, say

Line = str | type[BaseException]
LEAVE: Line = EOFError
PRESS: Line = KeyboardInterrupt


class Script:
    """Says its lines, presses its keys, and then is gone; `asked` is what stood before them."""

    def __init__(self, *lines: Line) -> None:
        self.lines = [*lines]
        self.asked: list[str] = []

    def read(self, prompt: str) -> str:
        self.asked.append(prompt)
        line = self.lines.pop(0) if self.lines else EOFError
        if isinstance(line, str):
            return line
        raise line


def wish_for(root: Path, mode: Mode = "ask", settings: Mapping[str, Any] | None = None) -> Wish:
    values = {"sandbox": "off", "instructions": True, **(settings or {})}
    values.pop("instructions")
    return Wish(root, Settings.model_validate(values), mode)


def converse(
    model: ModelClient | ModelError, root: Path, *lines: Line, prompt: str = "", mode: Mode = "ask"
) -> tuple[ExitCode, str, Script]:
    """The exit code, and everything that was said to the person."""

    async def connect(settings: Settings, progress: object) -> ModelClient | ModelError:
        return model

    out, script = io.StringIO(), Script(*lines)
    conversation = PlainConversation(
        lambda: wish_for(root, mode), Printer(out), Person(script.read), connect
    )
    code = conversation.run(prompt)
    return code, out.getvalue(), script


def test_a_question_and_its_answer(tmp_path: Path) -> None:
    model = ScriptedModel((say("It is\nfour lines\nlong, and [red]plain[/red]."),))
    code, said, _ = converse(model, tmp_path, "What is it?", LEAVE)
    assert code == ExitCode.DONE
    assert said.startswith(GREETING)
    assert "It is\nfour lines\nlong, and [red]plain[/red].\n1 answer · " in said
    assert said.count("four lines") == 1
    assert "is kept; go on with: inhouse --plain -c" in said
    assert "\x1b" not in said


def test_the_first_prompt_may_come_from_the_command_line(tmp_path: Path) -> None:
    model = ScriptedModel((say("One."), say("Two.")))
    _, said, script = converse(model, tmp_path, "again", LEAVE, prompt="first")
    assert said.index("One.") < said.index("Two.")
    assert script.asked == ["> ", "> "]


def test_lines_are_joined_by_a_backslash(tmp_path: Path) -> None:
    model = ScriptedModel((say("Yes."),))
    _, _, script = converse(model, tmp_path, "first\\", "second", LEAVE)
    assert script.asked[:2] == ["> ", "... "]
    assert model.requests[0].messages[-1].text.endswith("first\nsecond")


@pytest.mark.parametrize(
    ("answer", "written"), [("y", True), ("n not there", False), (LEAVE, False)]
)
def test_a_write_is_asked_for(tmp_path: Path, answer: Line, written: bool) -> None:
    model = ScriptedModel((call("write", file_path="a.txt", content="hello\n"), say("Done.")))
    _, said, script = converse(model, tmp_path, "write it", answer, LEAVE)
    assert "May it call write? It asks because mode ask asks before each write." in said
    assert "write: a.txt" in said
    assert "+hello" in said
    assert script.asked[1].startswith("y yes")
    assert (tmp_path / "a.txt").exists() is written
    if answer == "n not there":
        assert "not there" in model.requests[1].messages[-1].text


def test_what_is_no_answer_is_asked_again(tmp_path: Path) -> None:
    model = ScriptedModel((call("write", file_path="a.txt", content="x\n"), say("Done.")))
    _, said, _ = converse(model, tmp_path, "write it", "perhaps", "y", LEAVE)
    assert "Please begin with one of the letters." in said
    assert (tmp_path / "a.txt").exists()


def test_always_is_written_into_the_persons_settings(tmp_path: Path) -> None:
    model = ScriptedModel(
        (
            call("write", file_path="a.txt", content="x\n"),
            call("write", file_path="a.txt", content="y\n"),
            say("Done."),
        )
    )
    _, said, script = converse(model, tmp_path, "write it", "a", LEAVE)
    assert "always means: edit(a.txt)" in said
    assert len(script.asked) == 3
    assert "edit(a.txt)" in user_file().read_text("utf-8")
    assert (tmp_path / "a.txt").read_text("utf-8") == "y\n"


def test_changes_are_taken_back_and_done_again(tmp_path: Path) -> None:
    model = ScriptedModel((call("write", file_path="a.txt", content="x\n"), say("Done.")))
    _, said, _ = converse(
        model, tmp_path, "write it", "/undo", "/undo", "/redo", LEAVE, mode="auto-edit"
    )
    assert "tool: write a.txt" in said
    assert "changed: a.txt" in said
    assert "Took back" in said
    assert "Did again" in said
    assert (tmp_path / "a.txt").read_text("utf-8") == "x\n"


def test_commands(tmp_path: Path) -> None:
    model = ScriptedModel((say("One."), say("Two.")))
    code, said, _ = converse(
        model,
        tmp_path,
        "/help",
        "/mode",
        "/mode plan",
        "/mode wild",
        "/model",
        "/diff",
        "/statsu",
        "/nothing-like-it",
        "/compact",
        "/carry-out",
        "one",
        "/new",
        "two",
        "!echo $((40 + 2))",
        "/status",
        "/quit",
        "never said",
    )
    assert code == ExitCode.DONE
    assert "/undo [N] [--force]: take back what the last turn changed" in said
    assert "mode: ask\nmode: plan\n" in said
    assert "The modes are plan, ask, auto-edit, yolo." in said
    assert "scripted answers. Which model?" in said
    assert "is in no git repository" in said
    assert "There is no command /statsu. Did you mean /status?" in said
    assert "There is no command /nothing-like-it. /help lists them." in said
    assert "too little in this conversation" in said
    assert "No plan waits." in said
    assert "A new session has begun. The old one is kept: inhouse -r " in said
    assert "\n42\n" in said
    assert "Safety:\n  mode: plan\n" in said
    assert len(model.requests[-1].messages) == 2


def test_ctrl_c_ends_the_answer_and_the_session_goes_on(tmp_path: Path) -> None:
    model = SlowModel(say("Never\nsaid."), pause=1)
    press_when_waiting(model)
    code, said, _ = converse(model, tmp_path, "go", LEAVE)
    assert code == ExitCode.DONE
    assert "interrupted: Interrupted." in said
    assert model.stopped


def press_when_waiting(model: SlowModel) -> None:
    """Presses Ctrl+C in the main thread as soon as the model is waited for."""
    import os
    import signal

    class Pressing:
        def set(self) -> None:
            os.kill(os.getpid(), signal.SIGINT)

    model.waiting = Pressing()  # pyright: ignore[reportAttributeAccessIssue] - all that is used of it


def test_ctrl_c_twice_at_the_prompt_leaves(tmp_path: Path) -> None:
    code, said, _ = converse(ScriptedModel(()), tmp_path, PRESS, PRESS, "never")
    assert code == ExitCode.INTERRUPTED
    assert LEAVING in said
    assert "is kept" in said


def test_ctrl_c_once_only_clears_what_was_begun(tmp_path: Path) -> None:
    model = ScriptedModel((say("Yes."),))
    code, _, _ = converse(model, tmp_path, "forget\\", PRESS, "ask", PRESS, "/mode", LEAVE)
    assert code == ExitCode.DONE
    assert "forget" not in model.requests[0].messages[-1].text


def test_ctrl_c_at_a_question_ends_the_turn(tmp_path: Path) -> None:
    model = ScriptedModel((call("write", file_path="a.txt", content="x\n"), say("Done.")))
    code, said, _ = converse(model, tmp_path, "write it", PRESS, "/mode", LEAVE)
    assert code == ExitCode.DONE
    assert "interrupted: Interrupted." in said
    assert "mode: ask" in said
    assert not (tmp_path / "a.txt").exists()


def test_without_a_model_it_says_what_to_do(tmp_path: Path) -> None:
    missing = ModelError("no_model", "No model is here. Get one.")
    code, said, script = converse(missing, tmp_path, "never")
    assert code == ExitCode.ENGINE
    assert "No model is here. Get one." in said
    assert script.asked == []


def test_a_fault_of_ours_goes_on_and_the_session_is_kept(tmp_path: Path) -> None:
    class Broken(ScriptedModel):
        async def count(self, request: Request) -> int:
            raise RuntimeError("ours")

    out = io.StringIO()

    async def connect(settings: Settings, progress: object) -> ModelClient | ModelError:
        return Broken((say("Never."),))

    person = Person(Script("go", LEAVE).read)
    conversation = PlainConversation(lambda: wish_for(tmp_path), Printer(out), person, connect)
    with pytest.raises(RuntimeError, match="ours"):
        conversation.run()
    assert "is kept; go on with: inhouse --plain -c" in out.getvalue()


def test_a_wrong_setting_is_said(tmp_path: Path) -> None:
    out = io.StringIO()
    problem = BuildProblem("rules.allow: wrong")
    # Without a person who is played, Ctrl+C would be ignored by all that comes after it here.
    person = Person(Script().read)
    assert PlainConversation(lambda: problem, Printer(out), person).run() == ExitCode.USAGE
    assert "rules.allow: wrong" in out.getvalue()


def spoken(*events: Event, clock: Callable[[], float] = lambda: 0.0) -> str:
    out = io.StringIO()
    printer = Printer(out, clock)
    for event in events:
        printer.show(event)
    return out.getvalue()


def test_answers_are_said_in_whole_lines() -> None:
    message = MessageAdded(Message("assistant", "One line\nand a half"))
    assert spoken(TextArrived("One "), TextArrived("line\nand")) == "One line\n"
    said = spoken(TextArrived("One line\nand"), TextArrived(" a half"), message)
    assert said == "One line\nand a half\n"
    assert spoken(message) == "One line\nand a half\n"


def test_calls_are_told_in_words() -> None:
    said = spoken(
        TextArrived("I look"),
        ToolStarted("1", "bash", "bash rm \x1b[31mx", "{}"),
        Answered("1", allowed=False, by="one-shot", comment="nobody is there"),
        ToolEnded("1", "bash", "Denied.\nReally.", failed=True),
        ToolStarted("2", "edit", "edit a.py", "{}"),
        ToolEnded("2", "edit", "ok", {"diff": "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-a\n+b\n"}),
    )
    assert said == (
        "I look\ntool: bash rm \\x1b[31mx\ndenied: bash rm \\x1b[31mx: nobody is there\n"
        "failed:\n  Denied.\n  Really.\ntool: edit a.py\n  @@ -1 +1 @@\n  -a\n  +b\n"
    )


def test_plans_and_thoughts_are_told_in_words() -> None:
    said = spoken(
        ThinkingArrived("Hm."),
        ThinkingArrived(" Well."),
        PlanChanged((("look", "done"), ("change", "doing"))),
        ChangeProposed("+x\n", ("a.py",)),
    )
    assert said == "thinking\nplan: 1 of 2 steps done, now: change\nstaged: 1 files\n+x\n"


def test_only_long_reading_is_told_and_not_too_often() -> None:
    times = iter([0.0, 1.0, 4.0, 9.0, 20.0, 21.0])
    reading = [PrefillProgress(100, done, 900) for done in (100, 200, 400, 600, 800, 900)]
    said = spoken(*reading, clock=lambda: next(times))
    assert said.splitlines() == [
        "reading 400 of 900 tokens, 100 cached",
        "reading 800 of 900 tokens, 100 cached",
    ]


def test_how_a_turn_ended_is_told() -> None:
    ended = TurnEnded(
        "engine_error",
        "x",
        1,
        Usage(),
        Timings(),
        1,
        error=ModelError("engine_lost", "It is gone."),
    )
    said = spoken(TurnStarted("go", "ask", "m"), ended)
    assert said.startswith("engine error: It is gone.\n")


@pytest.mark.parametrize(
    ("answer", "decision"),
    [
        ("y", Decision(allowed=True)),
        (" Yes ", Decision(allowed=True)),
        ("n use grep instead", Decision(allowed=False, comment="use grep instead")),
        ("no, use grep", Decision(allowed=False, comment="use grep")),
        ("a", Decision(allowed=True, scope="always")),
        ("s", Decision(allowed=True, scope="session")),
        ("", None),
        ("yellow", None),
    ],
)
def test_answers_are_understood(answer: str, decision: Decision | None) -> None:
    assert understand(answer, with_rule=True) == decision


def test_always_means_nothing_where_there_is_no_rule() -> None:
    assert understand("a", with_rule=False) is None
    assert understand("y", with_rule=False) == Decision(allowed=True)
    assert understand("w", with_rule=False) is None
    granted = understand("w be quick", with_rule=False, network=True)
    assert granted == Decision(allowed=True, comment="be quick", network=True)
