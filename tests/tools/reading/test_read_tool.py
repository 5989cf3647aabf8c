"""What the model sees of files, folders and kept outputs."""

from pathlib import Path

from tests.tools.helpers_tools import call, workspace_in

from inhouse_tools.writing.files import digest


def test_lines_come_as_they_stand_and_the_file_is_known(tmp_path: Path) -> None:
    raw = b"\xef\xbb\xbfdef f():\r\n\treturn 1\r\n"
    (tmp_path / "a.py").write_bytes(raw)
    workspace = workspace_in(tmp_path)
    answer = call(workspace, "read", file_path="a.py")
    assert answer.text == "a.py, lines 1-2 of 2:\ndef f():\n\treturn 1"
    assert workspace.seen == {"a.py": digest(raw)}


def test_a_long_file_is_paged(tmp_path: Path) -> None:
    (tmp_path / "long").write_text("".join(f"{number}\n" for number in range(1, 101)))
    workspace = workspace_in(tmp_path)
    first = call(workspace, "read", file_path="long", limit=10)
    assert first.text.startswith("long, lines 1-10 of 100:\n1\n")
    assert first.text.endswith("\n10\n[90 more lines: read with offset=11]")
    last = call(workspace, "read", file_path="long", offset=91)
    assert last.text.endswith("\n100")
    assert call(workspace, "read", file_path="long", offset=101).failed
    workspace.max_output_chars = 50
    assert "read with offset=" in call(workspace, "read", file_path="long").text


def test_a_line_without_end_is_shortened_and_said(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("x" * 1_000_000)
    text = call(workspace_in(tmp_path), "read", file_path="one").text
    assert len(text) < 2200
    assert "[line 1 goes on: it has 1000000 characters]" in text


def test_folders_are_listed(tmp_path: Path) -> None:
    (tmp_path / "src" / "deep").mkdir(parents=True)
    for name in ("README", "src/a", "src/deep/b"):
        (tmp_path / name).write_text("")
    assert call(workspace_in(tmp_path), "read", file_path=".").text.split("\n")[1:] == [
        "README",
        "src/ (2 files)",
    ]


def test_what_is_no_text_is_refused_and_stays_unknown(tmp_path: Path) -> None:
    (tmp_path / "image").write_bytes(b"\x89PNG\0\0")
    (tmp_path / "empty").write_text("")
    workspace = workspace_in(tmp_path)
    answer = call(workspace, "read", file_path="image")
    assert answer.failed
    assert "binary" in answer.text
    assert "image" not in workspace.seen
    assert call(workspace, "read", file_path="empty").text == "empty is empty."


def test_a_kept_output_is_paged_by_its_name(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path)
    workspace.max_output_chars = 400
    answer = call(workspace, "bash", command="seq 1 1000")
    assert "Read out-1 with offset=" in answer.text
    assert answer.text.endswith("1000\n[exit code 0]")
    page = call(workspace, "read", file_path="out-1", offset=500, limit=2)
    assert page.text.split("\n")[:3] == ["out-1, lines 500-501 of 1000:", "500", "501"]
    assert call(workspace, "read", file_path="out-9").failed
