"""What the model sees of notebooks of all formats, also of broken ones."""

import json
import time
from pathlib import Path

import pytest
from tests.tools.helpers_tools import call, workspace_in

from .made_documents import code, make_notebook, markdown, stream


def test_cells_and_what_they_printed(tmp_path: Path) -> None:
    picture = {"image/png": "iVBO", "text/plain": ["<Figure>"]}
    trace = ["\x1b[0;31mValueError\x1b[0m: no"]
    (tmp_path / "a.ipynb").write_text(
        make_notebook(
            markdown("# Title\ntext"),
            code("print(3)", stream("3\n")),
            code("plot()", {"output_type": "display_data", "data": picture, "metadata": {}}),
            code("f()", {"output_type": "error", "ename": "ValueError", "traceback": trace}),
        )
    )
    workspace = workspace_in(tmp_path)
    assert call(workspace, "read", file_path="a.ipynb").text == (
        "a.ipynb, notebook with 4 cells (python3), lines 1-16 of 16:\n"
        "[cell 1, markdown]\n# Title\ntext\n"
        "[cell 2, code]\nprint(3)\n[output of cell 2]\n3\n"
        "[cell 3, code]\nplot()\n[output of cell 3]\n<Figure>\n(image/png, not shown)\n"
        "[cell 4, code]\nf()\n[output of cell 4]\nValueError: no"
    )
    page = call(workspace, "read", file_path="a.ipynb", offset=4, limit=2)
    assert page.text.endswith("[cell 2, code]\nprint(3)\n[11 more lines: read with offset=6]")
    assert "a.ipynb" in workspace.seen


def test_long_outputs_are_shortened(tmp_path: Path) -> None:
    long = "".join(f"{number}\n" for number in range(1000))
    (tmp_path / "a.ipynb").write_text(make_notebook(code("x", stream(long), stream("y" * 9000))))
    text = call(workspace_in(tmp_path), "read", file_path="a.ipynb").text
    assert "\n39\n(" in text and "\n40\n" not in text
    assert "(7000 more characters)" in text
    assert len(text) < 2500


def test_the_old_format_is_read(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "heading", "level": 1, "source": ["Title"]},
        {
            "cell_type": "code",
            "input": ["1 + 1"],
            "outputs": [{"output_type": "pyout", "text": ["2"]}, {"png": "iVBO"}],
        },
    ]
    notebook = {"nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}]}
    (tmp_path / "old.ipynb").write_text(json.dumps(notebook))
    assert call(workspace_in(tmp_path), "read", file_path="old.ipynb").text.split("\n")[1:] == [
        "[cell 1, heading]",
        "Title",
        "[cell 2, code]",
        "1 + 1",
        "[output of cell 2]",
        "2",
        "[output of cell 2]",
        "(image/png, not shown)",
    ]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("{", "not valid JSON"),
        ('{"cells": [\n  oops]}', "at line 2, column 3"),
        ("[" * 100_000, "nested too deeply"),
        ("9" * 10_000, "not valid JSON"),
        ("[]", "no notebook"),
        ('{"nbformat": 9, "cells": []}', "nbformat is 9"),
        ('{"nbformat": 4}', "cells are damaged"),
        ('{"nbformat": 4, "cells": [{"cell_type": "code", "source": 5}]}', "cells are damaged"),
        ('{"nbformat": 4, "cells": [{"source": "\\ud800"}]}', "surrogate"),
    ],
)
def test_what_is_no_notebook_is_shown_as_text_and_said(raw: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text(raw)
    text = call(workspace_in(tmp_path), "read", file_path="a.ipynb").text
    assert "shown as text since" in text and said in text.partition("\n")[0]
    assert raw[:20].partition("\n")[0] in text


def test_an_empty_one_is_said(tmp_path: Path) -> None:
    (tmp_path / "none.ipynb").write_text("")
    (tmp_path / "new.ipynb").write_text(make_notebook())
    workspace = workspace_in(tmp_path)
    assert call(workspace, "read", file_path="none.ipynb").text == "none.ipynb is empty."
    assert "notebook with 0 cells" in call(workspace, "read", file_path="new.ipynb").text


def test_one_of_100_mb_is_read_beside_this_process(tmp_path: Path) -> None:
    picture = {"output_type": "display_data", "data": {"image/png": "A" * 100_000_000}}
    (tmp_path / "a.ipynb").write_text(make_notebook(code("plot()", picture)))
    began = time.monotonic()
    workspace = workspace_in(tmp_path)
    text = call(workspace, "read", file_path="a.ipynb").text
    assert text.endswith("[cell 1, code]\nplot()\n[output of cell 1]\n(image/png, not shown)")
    assert time.monotonic() - began < 20
    assert not workspace.seen
    refused = call(workspace, "edit", file_path="a.ipynb", old_string="plot", new_string="show")
    assert "larger than 10 MB" in refused.text
