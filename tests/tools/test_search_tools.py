"""Searching, outlining, running and planning, and what models are told of the tools."""

import json
import time
from pathlib import Path

import pytest
from pydantic import ValidationError
from tests.tools.helpers_tools import call, project, workspace_in

from inhouse_tools import grep
from inhouse_tools.handles import Handles
from inhouse_tools.read import ReadArgs
from inhouse_tools.registry import CHANGING, LARGE, LOOKING, SMALL, builtin_tools, parameters

FILES = {
    "src/a.py": "def total():\n    return 1\n",
    "src/b.js": "function total() {}\n",
    "notes.txt": "the total (sum\n",
}


def test_grep_answers_file_line_and_text(tmp_path: Path) -> None:
    workspace = project(tmp_path, FILES)
    (tmp_path / "binary").write_bytes(b"total\0")
    assert call(workspace, "grep", pattern="t.tal").text.split("\n") == [
        "notes.txt:1: the total (sum",
        "src/a.py:1: def total():",
        "src/b.js:1: function total() {}",
    ]
    narrow = call(workspace, "grep", pattern="total", glob="*.py")
    assert narrow.text == "src/a.py:1: def total():"
    assert call(workspace, "grep", pattern="total", path="src/b.js").text.startswith("src/b.js:1:")
    assert call(workspace, "grep", pattern="nowhere").text.startswith("No line matches")
    assert call(workspace, "grep", pattern="x", path="missing").failed


def test_a_pattern_that_is_no_expression_is_plain_text(tmp_path: Path) -> None:
    text = call(project(tmp_path, FILES), "grep", pattern="total (sum").text
    assert text.startswith("notes.txt:1: the total (sum\n[the pattern is no regular")


def test_grep_is_bounded(tmp_path: Path) -> None:
    workspace = project(tmp_path, {"many": "hit\n" * 5000, "wide": "x" * 100_000 + "hit\n"})
    text = call(workspace, "grep", pattern="hit").text
    assert f"only the first {grep.MAX_HITS} hits" in text
    assert len(text) < workspace.max_output_chars + 300
    assert len(call(workspace, "grep", pattern="hit", path="wide").text) < 400


def test_a_pattern_that_never_ends_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grep, "SECONDS", 0.5)
    workspace = project(tmp_path, {"a": "a" * 60 + "!\n"})
    began = time.monotonic()
    answer = call(workspace, "grep", pattern="(a+)+$")
    assert "stopped after" in answer.text
    assert time.monotonic() - began < 4


def test_glob_finds_names(tmp_path: Path) -> None:
    workspace = project(tmp_path, FILES)
    assert call(workspace, "glob", pattern="*.{py,js}").text == "src/a.py\nsrc/b.js"
    assert call(workspace, "glob", pattern="*.rs").text == "No file matches *.rs."
    assert call(workspace, "glob", pattern=f"{tmp_path}/src/*.py").text == "src/a.py"


def test_symbols_outlines_and_finds(tmp_path: Path) -> None:
    workspace = project(tmp_path, FILES)
    outline = call(workspace, "symbols", file_path="src/a.py")
    assert outline.text == "src/a.py:\n1-2: function total"
    found = call(workspace, "symbols", name="total").text
    assert "src/a.py:1-2: function total\ndef total():\n    return 1" in found
    assert "src/b.js:1-1: function total" in found
    assert "defined in no file" in call(workspace, "symbols", name="missing").text
    assert call(workspace, "symbols", file_path="notes.txt").failed
    assert call(workspace, "symbols").failed


def test_bash_says_how_it_ended(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path)
    heard: list[str] = []
    workspace.progress = heard.append
    answer = call(workspace, "bash", command="pwd; echo -e '\\x1b[31mred'; exit 3")
    assert answer.text == f"{tmp_path.resolve()}\nred\n[exit code 3]"
    assert (answer.failed, answer.show["exit_code"]) == (True, 3)
    assert "red" in "".join(heard)
    assert call(workspace, "bash", command="true").text == "[exit code 0]"
    assert call(workspace, "bash", command="kill -9 $$").text == "[ended by signal 9]"
    assert "longer than 1 seconds" in call(workspace, "bash", command="sleep 9", timeout=1).text
    assert call(workspace, "bash", command="echo a\0b").failed
    assert call(workspace, "bash", command=" ").failed


def test_a_plan_is_for_the_screen(tmp_path: Path) -> None:
    steps = [{"step": "look", "state": "done"}, {"step": "act"}]
    answer = call(workspace_in(tmp_path), "plan", steps=steps)
    assert answer.show["plan"] == [["look", "done"], ["act", "todo"]]
    assert "1 of 2" in answer.text


def test_handles_are_bounded_and_never_reused() -> None:
    handles = Handles(limit=10, first=5)
    assert [handles.keep("x" * 4) for _ in range(3)] == ["out-5", "out-6", "out-7"]
    assert handles.get("out-5") is None
    assert handles.get("out-7") == "xxxx"
    assert handles.names == ("out-6", "out-7")


def test_the_registry_is_whole_and_says_little() -> None:
    tools = builtin_tools()
    assert tuple(tools) == LARGE
    assert set(SMALL) <= set(LARGE)
    assert set(LARGE) == {*CHANGING, *LOOKING, "bash"}
    for tool in tools.values():
        assert tool.description
        assert len(tool.brief) <= len(tool.description)
    small = [[name, tools[name].brief, parameters(tools[name], small=True)] for name in SMALL]
    large = [[name, tools[name].description, parameters(tools[name])] for name in LARGE]
    assert len(json.dumps(small)) < 1500
    assert len(json.dumps(large)) < 4000
    assert list(tools["edit"].args.model_fields) == [
        "file_path",
        "replace_all",
        "old_string",
        "new_string",
    ]
    assert parameters(tools["replace_symbol"], small=True) == {
        "type": "object",
        "properties": {name: {"type": "string"} for name in ("file_path", "symbol", "content")},
        "required": ["file_path", "symbol", "content"],
    }


def test_unknown_arguments_are_not_passed_over() -> None:
    with pytest.raises(ValidationError):
        ReadArgs.model_validate({"path": "a"})
