"""Functions, methods and classes get another name in all files at once."""

from pathlib import Path

import pytest
from tests.tools.helpers_tools import TOOLS, call, project, workspace_in

from inhouse_tools.editing.rename_symbol import TOOL, RenameSymbolArgs
from inhouse_tools.writing.overlay import Overlay

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
        "Renamed total to grand in 2 files: a.js (1), sub/b.ts (2).\n"
        "Not renamed in strings, comments and documents:\n"
        "a.js:1: export function grand(x) { return 'total' + x; } // total\n"
        "notes.md:1: total"
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


def test_a_new_name_alone_renames_in_all_files_at_once(tmp_path: Path) -> None:
    files = {
        "shop/cart.py": '__all__ = ["Cart", "add"]\n\n\n' + SOURCE,
        "shop/__init__.py": "from shop.cart import add as plus, Cart\n\n__all__ = ['Cart']\n",
        "shop/use.py": "from . import cart\n\nx = cart.add(1, cart.add(2, 3))  # add\ntotal = x\n",
        "other.py": "def add():\n    return 0\n\n\nadd()\n",
        "legacy.py": "import shop.cart\n\n\ndef add(x):\n    return shop.cart.add(x, x)\n",
        "set.py": "class Bag:\n    def add(self, total):\n        self.sum = total\n",
    }
    workspace = project(tmp_path, files)
    arguments = {"file_path": "shop/cart.py", "symbol": "add", "new_name": "total"}
    args = TOOLS["replace_symbol"].args.model_validate(arguments)
    accesses = TOOLS["replace_symbol"].access(args, workspace)
    answer = call(workspace, "replace_symbol", **arguments)
    assert not answer.failed, answer.text
    changed = ["shop/cart.py", "legacy.py", "shop/__init__.py", "shop/use.py"]
    assert sorted(str(access.target) for access in accesses) == sorted(changed)
    assert "".join(access.preview for access in accesses) == answer.show["diff"]
    told = answer.text
    assert told.split("\n")[0] == (
        "Renamed add to total in 4 files: shop/cart.py (1), legacy.py (1), shop/__init__.py (1), "
        "shop/use.py (2). Not renamed, another add: add in legacy.py, add in other.py, "
        "Bag.add in set.py. total stood before in shop/use.py: look whether they clash."
    )
    assert told.split("\n")[1:] == [
        "Not renamed in strings, comments and documents:",
        'shop/cart.py:1: __all__ = ["Cart", "add"]',
        "shop/use.py:3: x = cart.total(1, cart.total(2, 3))  # add",
    ]
    now = {name: (tmp_path / name).read_text() for name in files}
    assert (now["other.py"], now["set.py"]) == (files["other.py"], files["set.py"])
    assert now["shop/__init__.py"].startswith("from shop.cart import total as plus, Cart\n")
    assert "\nx = cart.total(1, cart.total(2, 3))  # add\n" in now["shop/use.py"]
    assert '__all__ = ["Cart", "add"]' in now["shop/cart.py"]


def test_forty_files_are_renamed_in_one_write(tmp_path: Path) -> None:
    files = {f"use{number}.py": "from a import add\n\nadd(1, 2)\n" for number in range(39)}
    workspace = project(tmp_path, {"a.py": SOURCE, **files})
    workspace.state = tmp_path / ".state"
    arguments = {"file_path": "a.py", "symbol": "add", "new_name": "plus"}
    answer = call(workspace, "replace_symbol", **arguments)
    assert "Renamed add to plus in 40 files" in answer.text
    assert all("add" not in (tmp_path / name).read_text() for name in files)
    assert [path.name for path in (tmp_path / ".state" / "writes").iterdir()] == ["lock"]


def test_a_file_in_another_encoding_is_renamed_too(tmp_path: Path) -> None:
    (tmp_path / "wide.py").write_bytes("from a import add\r\n".encode("utf-16"))
    workspace = project(tmp_path, {"a.py": SOURCE})
    arguments = {"file_path": "a.py", "symbol": "add", "new_name": "plus"}
    answer = call(workspace, "replace_symbol", **arguments)
    assert answer.show["changed"] == ["a.py", "wide.py"]
    assert (tmp_path / "wide.py").read_bytes() == "from a import plus\r\n".encode("utf-16")


def test_what_is_staged_is_renamed_and_nothing_is_written(tmp_path: Path) -> None:
    workspace = project(tmp_path, {"a.py": SOURCE, "b.py": "from a import add\n"})
    workspace.overlay = Overlay()
    call(workspace, "write", file_path="new.py", content="from a import add\n")
    call(workspace, "edit", file_path="b.py", old_string="import add", new_string="import add as x")
    arguments = {"file_path": "a.py", "symbol": "add", "new_name": "plus"}
    answer = call(workspace, "replace_symbol", **arguments)
    assert answer.show["changed"] == ["a.py", "b.py", "new.py"]
    staged = {file.name: file.after for file in workspace.overlay.changes}
    assert staged["new.py"] == b"from a import plus\n"
    assert staged["b.py"] == b"from a import plus as x\n"
    assert (tmp_path / "a.py").read_text() == SOURCE
    assert not (tmp_path / "new.py").exists()
