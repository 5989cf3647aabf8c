"""Searching, outlining, running and planning, and what models are told of the tools."""

import json
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError
from tests.tools.helpers_tools import call, project, workspace_in

from inhouse_tools.reading.handles import Handles
from inhouse_tools.reading.read import ReadArgs
from inhouse_tools.registry import CHANGING, LARGE, LOOKING, SMALL, builtin_tools, parameters
from inhouse_tools.search import grep, ripgrep
from inhouse_tools.writing.files import Write, digest
from inhouse_tools.writing.overlay import Overlay

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


def both_ways(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Do the same with ripgrep, where it is, and without."""
    if ripgrep.find_ripgrep([]):
        yield "ripgrep"

    def find_none(_folders: Iterable[Path]) -> None:
        """No program."""

    monkeypatch.setattr(ripgrep, "find_ripgrep", find_none)
    yield "scan"


def test_lines_around_a_hit_and_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(f"line {number}\n" for number in range(1, 13))
    workspace = project(tmp_path, {"a.txt": text, "b.txt": "line 2\nline 2\n"})
    for _way in both_ways(monkeypatch):
        around = call(workspace, "grep", pattern="line (2|9)$", path="a.txt", context=1)
        assert around.text.split("\n") == [
            *("a.txt-1- line 1", "a.txt:2: line 2", "a.txt-3- line 3", "--"),
            *("a.txt-8- line 8", "a.txt:9: line 9", "a.txt-10- line 10"),
        ]
        assert around.show["lines"] == 2
        counted = call(workspace, "grep", pattern="line [29]", count=True)
        assert counted.text == "a.txt: 2\nb.txt: 2\n[4 hits in 2 files]"
        assert call(workspace, "grep", pattern="no", count=True).text == "No line matches 'no'."
        assert "a.txt-12- " in call(workspace, "grep", pattern="9", context=999).text


def test_one_file_does_not_hide_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = project(tmp_path, {"a.py": "hit\n" * 900, "b.py": "hit\n" * 3, "c.py": "hit\n"})
    workspace.max_output_chars = 600
    for _way in both_ways(monkeypatch):
        answer = call(workspace, "grep", pattern="hit")
        assert "a.py:1: hit\n" in answer.text
        assert "b.py:3: hit\nc.py:1: hit\n[all 504 hits in 3 files: read out-" in answer.text
        assert "[480 more hits in this file]" in answer.text
        assert "[not more than 500 hits are sought in a file: a.py]" in answer.text
        handle = answer.text.partition("read ")[2].partition("]")[0]
        assert "a.py:500: hit" in (workspace.handles.get(handle) or "")
        assert answer.show == {"lines": 504, "cut": 480}
        workspace.max_output_chars = 80
        few = call(workspace, "grep", pattern="hit").text
        assert few.startswith("a.py:1: hit\n[499 more hits in this file]\nb.py:1: hit\n[2 more")
        assert "[1 more hit in 1 other file]" in few
        assert call(workspace, "grep", pattern="hit", count=True).text.startswith("a.py: 900\n")
        workspace.max_output_chars = 600


def test_what_grep_answers_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"{number:02}": f"{'x' * 500} hit\n" * 90 for number in range(30)}
    workspace = project(tmp_path, {**files, "wide": "x" * 100_000 + "hit\n"})
    for _way in both_ways(monkeypatch):
        text = call(workspace, "grep", pattern="hit").text
        assert "there are more hits: use a narrower" in text
        assert "[all 2000 hits in 23 files" in text
        assert len(text) < workspace.max_output_chars + 300
        wide = call(workspace, "grep", pattern="hit", path="wide").text
        assert wide.endswith("hit") and len(wide) < 400


def test_a_pattern_that_never_ends_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grep, "SECONDS", 0.5)
    workspace = project(tmp_path, {"a": "a" * 60 + "!\n"})
    began = time.monotonic()
    # Only Python knows the look-ahead, so ripgrep does not help.
    answer = call(workspace, "grep", pattern="(?=a)(a+)+$")
    assert "stopped after" in answer.text
    assert time.monotonic() - began < 20


def test_grep_in_odd_trees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "caf\udce9.py").write_text("needle\n")
    (tmp_path / "two\nlines").write_text("needle\n")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "huge").write_bytes((b"x" * 999 + b"\n") * 50_000 + b"needle\n")
    (tmp_path / "ignored").mkdir()
    (tmp_path / "ignored" / "a").write_text("needle\n")
    (tmp_path / ".gitignore").write_text("ignored/\n")
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (outside / "b").write_text("needle\n")
    workspace = workspace_in(tmp_path)
    for _way in both_ways(monkeypatch):
        everywhere = call(workspace, "grep", pattern="needle").text.split("\n")
        assert everywhere == ["caf\\xe9.py:1: needle", "two\\x0alines:1: needle"]
        assert call(workspace, "grep", pattern="needle", path="huge").text == "huge:50001: needle"
        inside = call(workspace, "grep", pattern="needle", path="ignored").text
        assert inside == "ignored/a:1: needle", "it was asked for by name"
        there = call(workspace, "grep", pattern="needle", path=str(outside)).text
        assert there == f"{outside}/b:1: needle"
        assert call(workspace, "grep", pattern="needle", glob="[").failed
        assert call(workspace, "grep", pattern="").failed


def test_what_is_staged_is_searched_as_it_will_be(tmp_path: Path) -> None:
    workspace = project(tmp_path, {"a.py": "old\n", "b.py": "old\n", "c.py": "old\n"})
    overlay = workspace.overlay = Overlay()

    def write(name: str, raw: bytes | None, old: bytes | None) -> Write:
        path = workspace.root / name
        return Write(workspace.root, path, name, raw, "" if old is None else digest(old))

    writes = [write("a.py", b"new\n", b"old\n"), write("b.py", None, b"old\n")]
    assert overlay.stage([*writes, write("made/d.py", b"old new\n", None)]) is None
    assert call(workspace, "grep", pattern="old").text == "c.py:1: old\nmade/d.py:1: old new"
    assert call(workspace, "grep", pattern="new", glob="a.*").text == "a.py:1: new"
    assert call(workspace, "grep", pattern="n.w", path="made/d.py").text == "made/d.py:1: old new"
    counted = call(workspace, "grep", pattern="old", count=True).text
    assert counted == "c.py: 1\nmade/d.py: 1\n[2 hits in 2 files]"
    assert call(workspace, "grep", pattern="old", path="b.py").text.startswith("No line")
    assert call(workspace, "glob", pattern="*.py").text == "a.py\nc.py\nmade/d.py"


def test_glob_finds_names(tmp_path: Path) -> None:
    workspace = project(tmp_path, FILES)
    assert call(workspace, "glob", pattern="*.{py,js}").text == "src/a.py\nsrc/b.js"
    assert call(workspace, "glob", pattern="*.rs").text == "No file matches *.rs."
    assert call(workspace, "glob", pattern=f"{tmp_path}/src/*.py").text == "src/a.py"
    case = call(workspace, "glob", pattern="NOTES.*").text
    assert case == "notes.txt\n[found by ignoring case]"
    assert call(workspace, "glob", pattern="!*.py").text == "notes.txt\nsrc/b.js"
    for pattern in ("", "../*.py", "[a"):
        assert call(workspace, "glob", pattern=pattern).failed


def test_glob_looks_in_further_folders(tmp_path: Path) -> None:
    root, extra = tmp_path / "root", tmp_path / "extra"
    root.mkdir()
    extra.mkdir()
    (extra / "a.py").write_text("")
    workspace = workspace_in(root, extra)
    assert call(workspace, "glob", pattern=f"{extra}/**/*.py").text == f"{extra}/a.py"


def test_glob_shows_the_newest_of_too_many(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number:03}.py").write_text("")
        os.utime(tmp_path / f"{number:03}.py", (number, number))
    workspace = workspace_in(tmp_path)
    lines = call(workspace, "glob", pattern="*.py").text.split("\n")
    assert (lines[0], lines[199]) == ("299.py", "100.py")
    assert lines[200:] == ["[100 more files, changed longer ago: read out-1]"]
    assert (workspace.handles.get("out-1") or "").split("\n")[-1] == "000.py"
    workspace.max_output_chars = 50
    assert len(call(workspace, "glob", pattern="*.py").text.split("\n")) == 8


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
    assert set(tools) == {*SMALL, *LARGE} == {*CHANGING, *LOOKING, "bash"}
    assert [name for name in tools if name in LARGE] == list(LARGE)
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
        "more",
    ]
    assert parameters(tools["replace_symbol"], small=True) == {
        "type": "object",
        "properties": {name: {"type": "string"} for name in ("file_path", "symbol", "content")},
        "required": ["file_path", "symbol", "content"],
    }


def test_a_small_model_is_spared_what_only_large_ones_use() -> None:
    grep_tool = builtin_tools()["grep"]
    small = parameters(grep_tool, small=True)["properties"]
    large = parameters(grep_tool)["properties"]
    assert small == {name: {"type": "string"} for name in ("pattern", "path", "glob")}
    assert isinstance(large, dict)
    assert large["context"] == {"type": "integer"}
    assert large["count"] == {"type": "boolean"}


def test_unknown_arguments_are_not_passed_over() -> None:
    with pytest.raises(ValidationError):
        ReadArgs.model_validate({"path": "a"})
