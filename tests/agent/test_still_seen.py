"""Files that a compacted conversation no longer shows count as unread."""

import json
from pathlib import Path

import pytest
from tests.agent.guided_bench import SOURCE, guided
from tests.agent.kits import run
from tests.agent.small_context import SmallContext

from inhouse_agent.events import Compacted
from inhouse_agent.still_seen import forget_files
from inhouse_models.chat import Message, ToolCall
from inhouse_models.scripted import Answer, call, say
from inhouse_tools.refusal import Refusal
from inhouse_tools.tool import Workspace
from inhouse_tools.workspace import open_workspace
from inhouse_tools.writing.files import digest

OPENING = (Message("system", "s"), Message("user", "Begin."))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "a.py").write_text(SOURCE)
    opened = open_workspace(tmp_path)
    assert not isinstance(opened, Refusal)
    opened.seen["a.py"] = digest(SOURCE.encode())
    return opened


def exchange(name: str, result: str, **arguments: str) -> tuple[Message, Message]:
    made = ToolCall("1", name, json.dumps(arguments))
    return Message("assistant", calls=(made,)), Message("tool", result, answers="1")


KEPT = {
    "read": exchange("read", "def add", file_path="a.py"),
    "write": exchange("write", "Wrote a.py.", file_path="a.py", content="x"),
    "shown": (Message("user", f"a.py\n```\n{SOURCE}```\n\nTask:\nGo."),),
}
GONE = {
    "nothing": (),
    "edit": exchange("edit", "Changed.", file_path="a.py", old_string="a", new_string="b"),
    "cut": exchange("read", "def[… 30 characters left out]b", file_path="a.py"),
    "other": exchange("read", "text", file_path="b.py"),
    "torn": (Message("assistant", calls=(ToolCall("1", "read", '{"file_path":'),)),),
    "older": (Message("user", f"a.py\n```\n{SOURCE[:-9]}```"),),
}


@pytest.mark.parametrize("case", KEPT)
def test_shown_files_stay_read(workspace: Workspace, case: str) -> None:
    forget_files(workspace, (*OPENING, *KEPT[case]))
    assert list(workspace.seen) == ["a.py"]


@pytest.mark.parametrize("case", GONE)
def test_others_do_not(workspace: Workspace, case: str) -> None:
    forget_files(workspace, (*OPENING, *GONE[case]))
    assert workspace.seen == {}


def test_a_file_that_has_changed_since_does_not(workspace: Workspace) -> None:
    workspace.seen["a.py"] = digest(b"older")
    forget_files(workspace, (*OPENING, *KEPT["shown"]))
    assert workspace.seen == {}


def test_a_file_that_is_gone_does_not(workspace: Workspace) -> None:
    (workspace.root / "a.py").unlink()
    forget_files(workspace, (*OPENING, *KEPT["shown"]))
    assert workspace.seen == {}


def test_a_guided_model_may_read_again_what_was_taken_out(tmp_path: Path) -> None:
    """The read that it repeats is not thrown away as a repetition."""
    for number in range(9):
        (tmp_path / f"{number}.txt").write_text(f"{number} " * 250)
    reads = [call("read", file_path=f"{number}.txt") for number in range(9)]
    answers: list[Answer] = [*reads, reads[0], say("It says 0.")]
    bench = guided(tmp_path)
    model = bench.model = bench.kit.client = SmallContext(answers, 2_400)
    ended = run(bench, "What stands in the text files?")
    assert ended.text == "It says 0."
    assert bench.of(Compacted)
    assert model.refused == 0
    # The first was read again; those in between were taken out, and count as unread.
    assert "0.txt" in bench.kit.workspace.seen
    assert "1.txt" not in bench.kit.workspace.seen
    assert bench.answers()[-1].startswith("0.txt, lines 1-1 of 1:\n0 0 0")
