"""Functions, methods and classes get another name in all files at once."""

from pathlib import Path

import pytest
from tests.tools.helpers_tools import call, project, workspace_in

from inhouse_tools.rename_symbol import TOOL, RenameSymbolArgs

SOURCE = """\
class Cart:
    def count(self):
        return 2


def add(a, b):
    return a + b
"""


def test_a_rename_reaches_every_file_of_the_family_and_no_string(tmp_path: Path) -> None:
    files = {
        "a.js": "export function total(x) { return 'total' + x; } // total\n",
        "sub/b.ts": "import { total } from '../a';\nconst subtotal = total(1);\n",
        "c.py": "total = 1\n",
        "notes.md": "total\n",
    }
    workspace = project(tmp_path, files)
    (tmp_path / ".gitignore").write_text("built.js\n")
    (tmp_path / "built.js").write_text("total()\n")
    answer = call(workspace, "rename_symbol", file_path="a.js", symbol="total", new_name="grand")
    assert not answer.failed, answer.text
    assert answer.text == (
        "Renamed total to grand in 2 files: a.js (1), sub/b.ts (2). "
        "Not renamed in strings and comments: a.js (2)."
    )
    assert answer.show["changed"] == ["a.js", "sub/b.ts"]
    assert {name: (tmp_path / name).read_text() for name in files} == {
        **files,
        "a.js": "export function grand(x) { return 'total' + x; } // total\n",
        "sub/b.ts": "import { grand } from '../a';\nconst subtotal = grand(1);\n",
    }
    assert (tmp_path / "built.js").read_text() == "total()\n"
    arguments = {"file_path": "a.js", "symbol": "grand", "content": "function grand() {}"}
    assert not call(workspace, "replace_symbol", **arguments).failed


@pytest.mark.parametrize(
    ("symbol", "new_name", "said"),
    [
        ("add", "add", "Nothing changed"),
        ("add", "not a name", "identifier"),
        ("add", "class", "Syntax error"),
        ("add", "Cart", "defined in a.py already"),
        (
            "missing",
            "x",
            "There is no symbol missing in a.py. Its symbols are Cart, Cart.count, add",
        ),
        ("Basket.count", "x", "There is no symbol Basket.count"),
    ],
)
def test_a_rename_that_cannot_be_is_refused_whole(
    tmp_path: Path, symbol: str, new_name: str, said: str
) -> None:
    workspace = project(tmp_path, {"a.py": SOURCE, "b.py": "from a import add\n"})
    arguments = {"file_path": "a.py", "symbol": symbol, "new_name": new_name}
    answer = call(workspace, "rename_symbol", **arguments)
    assert answer.failed
    assert said in answer.text
    assert (tmp_path / "a.py").read_text() == SOURCE
    assert (tmp_path / "b.py").read_text() == "from a import add\n"


def test_a_file_that_was_not_read_is_renamed_and_stays_unread(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(SOURCE)
    workspace = workspace_in(tmp_path)
    arguments = {"file_path": "a.py", "symbol": "Cart.count", "new_name": "size"}
    answer = call(workspace, "rename_symbol", **arguments)
    assert answer.text == "Renamed count to size in 1 file: a.py (1)."
    assert (tmp_path / "a.py").read_text() == SOURCE.replace("count", "size")
    assert workspace.seen == {}


def test_only_code_that_is_there_is_renamed(tmp_path: Path) -> None:
    workspace = project(tmp_path, {"notes.txt": "add\n"})
    arguments = {"symbol": "add", "new_name": "plus"}
    answer = call(workspace, "rename_symbol", file_path="notes.txt", **arguments)
    assert answer.failed
    assert "Use bash with sed" in answer.text
    assert call(workspace, "rename_symbol", file_path="gone.py", **arguments).failed


def test_permission_sees_every_file(tmp_path: Path) -> None:
    workspace = project(tmp_path, {"a.py": SOURCE, "b.py": "from a import add\n"})
    args = RenameSymbolArgs(file_path="a.py", symbol="add", new_name="plus")
    accesses = TOOL.access(args, workspace)
    assert [(access.kind, access.target) for access in accesses] == [
        ("write", "a.py"),
        ("write", "b.py"),
    ]
    assert "-from a import add\n+from a import plus\n" in accesses[1].preview
    assert (tmp_path / "b.py").read_text() == "from a import add\n"
