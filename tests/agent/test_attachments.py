"""Files that a prompt names are found by path or unique name, and read as far as they may be."""

import asyncio
from pathlib import Path

import pytest
from tests.agent.guided_bench import SOURCE, guided
from tests.tools.reading.made_documents import code, make_notebook, make_pdf

from inhouse_agent.attachments import (
    MAX_CHARACTERS,
    MAX_FILES,
    attach_files,
    named_files,
    new_files,
)
from inhouse_agent.permission import Policy, Rule

PATHS = ("shop/cart.py", "shop/main.py", "tests/main.py", "main", "Makefile", "docs/LICENSE")


@pytest.mark.parametrize(
    ("prompt", "named"),
    [
        ("Fix shop/cart.py", ["shop/cart.py"]),
        ("Fix cart.py.", ["shop/cart.py"]),
        ("Fix `cart.py`, then (tests/main.py)", ["shop/cart.py", "tests/main.py"]),
        ("tests/main.py before shop/main.py", ["tests/main.py", "shop/main.py"]),
        ("cart.py and shop/cart.py", ["shop/cart.py"]),
        ("main.py is one of two", []),
        ("the main thing, see Makefile", []),
        ("smartcart.py", []),
        ("cart.pyc and cart.py.bak", []),
        ("old/shop/cart.py and shop/cart.py/x", []),
        ("shop/cart.py-old", []),
        ("docs/LICENSE", ["docs/LICENSE"]),
        ("", []),
    ],
)
def test_named_files(prompt: str, named: list[str]) -> None:
    assert named_files(prompt, PATHS) == named


def test_one_of_many_paths_is_found() -> None:
    paths = [f"folder{number}/file{number}.py" for number in range(20_000)]
    assert named_files("Fix file19999.py", paths) == [paths[-1]]


def test_a_named_file_is_read(tmp_path: Path) -> None:
    bench = guided(tmp_path)
    (text,) = asyncio.run(attach_files(bench.kit, "Fix sums.py", ["sums.py", "gone.py"]))
    assert text == f"sums.py\n```\n{SOURCE}```"
    assert list(bench.kit.workspace.seen) == ["sums.py"]


def test_files_are_read_as_far_as_there_is_room(tmp_path: Path) -> None:
    bench = guided(tmp_path)
    half = "x" * 79 + "\n"
    sizes = {"a.txt": 50, "b.txt": 50, "c.txt": 2, "d.txt": 100}
    for name, lines in sizes.items():
        (tmp_path / name).write_text(half * lines)
    texts = asyncio.run(attach_files(bench.kit, "d.txt a.txt b.txt c.txt", list(sizes)))
    assert [text.partition("\n")[0] for text in texts] == ["a.txt", "c.txt"]
    assert sum(len(text) for text in texts) <= MAX_CHARACTERS
    assert sorted(bench.kit.workspace.seen) == ["a.txt", "c.txt"]


def test_a_document_is_read_by_its_text_whatever_its_size(tmp_path: Path) -> None:
    bench = guided(tmp_path)
    (tmp_path / "a.pdf").write_bytes(make_pdf([["The answer is 42."]]) + b"%" * MAX_CHARACTERS)
    picture = {"output_type": "display_data", "data": {"image/png": "A" * MAX_CHARACTERS}}
    (tmp_path / "a.ipynb").write_text(make_notebook(code("plot()", picture)))
    names = ["a.pdf", "a.ipynb"]
    pdf, notebook = asyncio.run(attach_files(bench.kit, "a.pdf a.ipynb", names))
    assert pdf.endswith("[page 1]\nThe answer is 42.")
    assert notebook.startswith("a.ipynb\n```\n[cell 1, code]\nplot()\n")
    assert list(bench.kit.workspace.seen) == ["a.ipynb"]


def test_only_the_first_files_are_read(tmp_path: Path) -> None:
    bench = guided(tmp_path)
    names = [f"{number}.txt" for number in range(MAX_FILES + 1)]
    for name in names:
        (tmp_path / name).write_text("x\n")
    texts = asyncio.run(attach_files(bench.kit, " ".join(names), names))
    assert len(texts) == MAX_FILES


@pytest.mark.parametrize("verdict", ["deny", "ask"])
def test_what_may_not_be_read_freely_is_left_out(tmp_path: Path, verdict: str) -> None:
    bench = guided(tmp_path)
    rule = Rule("deny" if verdict == "deny" else "ask", "read", "sums.py")
    bench.kit.policy = Policy("auto-edit", (rule,))
    assert asyncio.run(attach_files(bench.kit, "Fix sums.py", ["sums.py"])) == []
    assert bench.kit.workspace.seen == {}


def test_without_the_tool_nothing_is_read(tmp_path: Path) -> None:
    bench = guided(tmp_path)
    bench.kit.tools = {}
    assert asyncio.run(attach_files(bench.kit, "Fix sums.py", ["sums.py"])) == []


def test_symbols_stand_for_the_files_that_define_them(tmp_path: Path) -> None:
    bench = guided(tmp_path)
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "cart.py").write_text("class Cart:\n    def total(self): ...\n")
    (tmp_path / "use.py").write_text("from shop.cart import Cart\n\nCart().total()\n")
    paths = ["shop/cart.py", "sums.py", "use.py"]

    def attached(prompt: str) -> list[str]:
        texts = asyncio.run(attach_files(bench.kit, prompt, paths))
        return [text.partition("\n")[0] for text in texts]

    assert attached("Rename `Cart.total`") == ["shop/cart.py"]
    assert attached("Call `add()` in `total`") == ["sums.py", "shop/cart.py"]
    assert attached("Rename `Cart.total`, used in use.py") == ["use.py"]
    assert attached("Rename `Cart.sum`, `totals`, `tota`, and add no quotes to total") == []
    assert bench.kit.workspace.seen.keys() == {"shop/cart.py", "sums.py", "use.py"}


def test_blocks_in_a_file_do_not_end_it(tmp_path: Path) -> None:
    bench = guided(tmp_path)
    (tmp_path / "a.md").write_text("```\nx\n```\n")
    (text,) = asyncio.run(attach_files(bench.kit, "a.md", ["a.md"]))
    assert text == "a.md\n````\n```\nx\n```\n````"


@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        ("Write tools/longest.py and notes.txt.", ("tools/longest.py", "notes.txt")),
        ("`python3 longest.py FILE` prints a line", ("longest.py",)),
        ("cart.py and shop/cart.py exist", ()),
        ("mail ada@example.py or http://example.org/a.py", ()),
        ("../out.py, /etc/x.py, a/../b.py, ./c.py", ()),
        ("version 1.5 of example.org, e.g. i.e.", ()),
    ],
)
def test_new_files_are_names_of_known_kinds(prompt: str, names: tuple[str, ...]) -> None:
    assert new_files(prompt, ["shop/cart.py"]) == names
