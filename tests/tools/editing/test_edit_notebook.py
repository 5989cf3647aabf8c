"""Cells of a notebook are changed as they were read; nothing else in its file changes."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tools.helpers_tools import call, workspace_in
from tests.tools.reading.made_documents import code, make_notebook, markdown, stream

from inhouse_tools.documents.notebook_text import NotebookText, open_document
from inhouse_tools.tool import Workspace

CELLS = (markdown("# Title"), code("x = 1\nprint(x)", stream("1\n")), code("y = 2"))


def opened(root: Path, text: str) -> Workspace:
    (root / "a.ipynb").write_text(text, encoding="utf-8")
    workspace = workspace_in(root)
    assert not call(workspace, "read", file_path="a.ipynb").failed
    return workspace


def cells_in(root: Path) -> list[dict[str, Any]]:
    return json.loads((root / "a.ipynb").read_text(encoding="utf-8"))["cells"]


def edit(workspace: Workspace, old: str, new: str) -> str:
    return call(workspace, "edit", file_path="a.ipynb", old_string=old, new_string=new).text


def test_an_edit_changes_the_source_and_no_other_byte(tmp_path: Path) -> None:
    before = make_notebook(*CELLS)
    workspace = opened(tmp_path, before)
    assert edit(workspace, "x = 1", 'x = "\u00e4"') == "Edited a.ipynb at line 4."
    after = (tmp_path / "a.ipynb").read_text(encoding="utf-8")
    assert after == before.replace('"x = 1\\n"', '"x = \\"\u00e4\\"\\n"')
    # It is known as it is now.
    assert edit(workspace, "y = 2", "y = 3").startswith("Edited")


def test_what_was_not_read_is_not_changed(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text(make_notebook(*CELLS))
    assert "was not read yet" in edit(workspace_in(tmp_path), "x = 1", "x = 2")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[cell 3, code]", "[cell 2, code]"),
        ("[cell 3, code]", "[cell 9, code]"),
        ("[cell 3, code]", "[cell 3, markdown]"),
        ("[cell 1, markdown]", "# text before the first cell"),
        ("[cell 3, code]", "[new cell, heading]"),
        ("y = 2", "y = '\ud800'"),
        ("[output of cell 2]\n1", "[output of cell 2]\n2"),
        ('    "y = 2"', '    "y = 3"'),
    ],
)
def test_what_would_break_the_cells_is_refused(old: str, new: str, tmp_path: Path) -> None:
    text = make_notebook(*CELLS)
    workspace = opened(tmp_path, text)
    answer = call(workspace, "edit", file_path="a.ipynb", old_string=old, new_string=new)
    assert answer.failed
    assert (tmp_path / "a.ipynb").read_text() == text


def test_cells_are_added_moved_and_removed(tmp_path: Path) -> None:
    workspace = opened(tmp_path, make_notebook(*CELLS))
    said = edit(workspace, "y = 2", "y = 2\n[new cell, markdown]\nend\n[new cell, code]\nz = 3")
    assert "read it again" in said
    cells = cells_in(tmp_path)
    assert [one["cell_type"] for one in cells] == ["markdown", "code", "code", "markdown", "code"]
    assert cells[4] == {**cells[4], "execution_count": None, "outputs": [], "source": ["z = 3"]}
    assert len({one["id"] for one in cells}) == 5
    text = "[cell 3, code]\ny = 2\n[cell 1, markdown]\n# Title\n"
    assert not call(workspace, "write", file_path="a.ipynb", content=text).failed
    assert cells_in(tmp_path) == [cells[2], cells[0]]


def test_a_small_model_cannot_lose_cells(tmp_path: Path) -> None:
    workspace = opened(tmp_path, make_notebook(*CELLS))
    workspace.keeps_symbols = True
    part = "[cell 2, code]\nx = 2\nprint(x)\n[new cell, code]\nz = 3\n"
    answer = call(workspace, "write", file_path="a.ipynb", content=part)
    assert "kept the rest of it" in answer.text
    cells = cells_in(tmp_path)
    assert (cells[0], cells[3]) == (CELLS[0], CELLS[2])
    assert [one["source"] for one in cells[1:3]] == [["x = 2\n", "print(x)"], ["z = 3"]]
    answer = call(workspace, "write", file_path="a.ipynb", content="x = 3\n")
    assert answer.failed
    assert "would lose [cell 1, markdown], [cell 2, code]" in answer.text
    assert cells_in(tmp_path) == cells


def test_outputs_that_are_written_back_become_no_source(tmp_path: Path) -> None:
    text = make_notebook(*CELLS)
    workspace = opened(tmp_path, text)
    seen = call(workspace, "read", file_path="a.ipynb").text.partition("\n")[2]
    assert "[output of cell 2]\n1\n" in seen
    content = seen.replace("x = 1", "x = 2")
    assert not call(workspace, "write", file_path="a.ipynb", content=content).failed
    assert (tmp_path / "a.ipynb").read_text() == text.replace("x = 1", "x = 2")


def test_the_json_of_a_whole_notebook_can_be_written(tmp_path: Path) -> None:
    workspace = opened(tmp_path, make_notebook(*CELLS))
    text = make_notebook(code("new"), indent=2)
    assert not call(workspace, "write", file_path="a.ipynb", content=text).failed
    assert (tmp_path / "a.ipynb").read_text() == text
    answer = call(workspace, "write", file_path="a.ipynb", content='{"cells": 5}')
    assert answer.failed and "no notebook" in answer.text
    assert (tmp_path / "a.ipynb").read_text() == text


def test_json_in_an_unusual_style_stays_as_it_is(tmp_path: Path) -> None:
    text = make_notebook(*CELLS).replace('"metadata": {}', '"metadata":   {}')
    workspace = opened(tmp_path, text)
    assert "unusual way" in edit(workspace, "x = 1", "x = 2")
    assert (tmp_path / "a.ipynb").read_text() == text


def test_a_broken_notebook_is_mended_as_text(tmp_path: Path) -> None:
    text = make_notebook(code("x = 1"))
    workspace = opened(tmp_path, text.replace('"nbformat": 4,', '"nbformat": 4'))
    assert edit(workspace, ' "nbformat": 4', ' "nbformat": 4,').startswith("Edited")
    assert (tmp_path / "a.ipynb").read_text() == text
    assert "notebook with 1 cell" in call(workspace, "read", file_path="a.ipynb").text


lines = st.lists(
    st.text(max_size=8)
    | st.sampled_from(
        ["[cell 1, code]", "\\[cell 1, code]", "[new cell, code]", "[output of cell 1]"]
    ),
    max_size=5,
).map("\n".join)


@given(
    sources=st.lists(st.tuples(st.sampled_from([code, markdown]), lines), max_size=4),
    indent=st.sampled_from([1, 2, None]),
)
def test_any_source_comes_back_as_it_was(sources: list[Any], indent: int | None) -> None:
    raw = make_notebook(*(make(source) for make, source in sources), indent=indent).encode()
    document = open_document("a.ipynb", raw)
    assert isinstance(document, NotebookText)
    assert document.encode(document.text) == raw
    added = document.encode(document.text + "[new cell, code]\nlast\n")
    assert isinstance(added, bytes)
    found = json.loads(added)["cells"]
    assert found[:-1] == json.loads(raw)["cells"]
    assert "".join(found[-1]["source"]) == "last"
