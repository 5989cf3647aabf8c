"""The symbols tool: an outline, definitions with their code, and who refers to a name."""

from pathlib import Path

import pytest
from tests.tools.helpers_tools import call, workspace_in
from tests.tools.index.indexes import counted_parses, write

from inhouse_tools.index.of_workspace import index_of
from inhouse_tools.reading import mentions
from inhouse_tools.tool import Workspace

FILES = {
    "shop/cart.py": (
        "# The cart.\n\nclass Cart:\n    def total(self):\n        return price(self)\n\n"
        "    def tax(self):\n        return self.total() * 0.2  # total\n"
    ),
    "shop/price.py": "def price(cart):\n    return len(cart.items)\n",
    "main.py": "from shop.cart import Cart\n\nprint(Cart().total())\n",
    "notes.md": "total\n",
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    root = tmp_path / "repository"
    write(root, FILES)
    made = workspace_in(root)
    made.cache = tmp_path / "cache"
    return made


def test_definitions_come_with_their_code(workspace: Workspace) -> None:
    assert call(workspace, "symbols", name="price").text == (
        "shop/price.py:1-2: function price\ndef price(cart):\n    return len(cart.items)"
    )
    assert call(workspace, "symbols", name="Cart::total").text == (
        "shop/cart.py:4-5: method Cart.total\n    def total(self):\n        return price(self)"
    )
    inside = call(workspace, "symbols", file_path="shop/cart.py", name="tax()").text
    assert inside.startswith("shop/cart.py:7-8: method Cart.tax\n    def tax")


def test_many_definitions_come_without(workspace: Workspace) -> None:
    write(workspace.root, {f"m{number}.py": "def run():\n    pass\n" for number in range(60)})
    lines = call(workspace, "symbols", name="run").text.split("\n")
    assert lines[0] == "m0.py:1-2: function run"
    assert (len(lines), lines[-1][:15]) == (51, "[there are more")


def test_a_similar_name_is_offered(workspace: Workspace) -> None:
    text = call(workspace, "symbols", name="taxx").text
    assert text.startswith("taxx is defined in no file.")
    assert "shop/cart.py:7-8: method Cart.tax" in text
    assert "class Cart:" in call(workspace, "symbols", name="cart").text


def test_references_are_grouped_by_file(workspace: Workspace) -> None:
    assert call(workspace, "symbols", name="Cart.total", references=True).text == (
        "total: 2 lines in 2 files\n"
        "main.py:\n"
        "  3: print(Cart().total())\n"
        "shop/cart.py:\n"
        "  8 in Cart.tax: return self.total() * 0.2  # total"
    )
    one = call(workspace, "symbols", name="total", references=True, file_path="main.py")
    assert one.text.startswith("total: 1 line in 1 file\nmain.py:")
    assert "No code uses tax" in call(workspace, "symbols", name="tax", references=True).text
    assert call(workspace, "symbols", references=True).failed


def test_references_are_bounded(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mentions, "MAX_FILES", 1)
    answer = call(workspace, "symbols", name="total", references=True).text
    assert answer.endswith("  3: print(Cart().total())\n[also in shop/cart.py]")
    workspace.max_output_chars = 200
    write(workspace.root, {"main.py": "total()\n" * 400})
    answer = call(workspace, "symbols", name="total", references=True).text
    assert len(answer) < 400
    assert "Read out-1 with" in answer
    assert workspace.handles.get("out-1") is not None


def test_what_changed_is_seen_at_once(workspace: Workspace) -> None:
    assert "function price" in call(workspace, "symbols", name="price").text
    write(workspace.root, {"shop/price.py": "\n\ndef price(cart):\n    return 2\n"}, age=3)
    assert call(workspace, "symbols", name="price").text.startswith("shop/price.py:3-4:")
    (workspace.root / "shop" / "price.py").unlink()
    assert "defined in no file" in call(workspace, "symbols", name="price").text


def test_only_files_with_the_name_are_parsed(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = counted_parses(monkeypatch)
    call(workspace, "symbols", name="price")
    assert sorted(parsed) == ["shop/cart.py", "shop/price.py"]
    call(workspace, "symbols", name="price")
    assert len(parsed) == 2
    assert index_of(workspace) is index_of(workspace)
