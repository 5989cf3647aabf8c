"""Edits and whole writes: what lands, what is refused, and what the model is told."""

import codecs
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.tools.helpers_tools import call, project, workspace_in

from inhouse_tools.text import Document, decode

CART = """\
class Cart:
    def total(self):
        return 1

    def count(self):
        return 1
"""


def test_an_edit_changes_its_lines_and_nothing_else(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path)
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfone\r\ntwo\nthree")
    path.chmod(0o755)
    call(workspace, "read", file_path="a.txt")
    answer = call(workspace, "edit", file_path="a.txt", old_string="one\n", new_string="1\nplus\n")
    assert not answer.failed
    assert path.read_bytes() == b"\xef\xbb\xbf1\r\nplus\r\ntwo\nthree"
    assert path.stat().st_mode & 0o777 == 0o755
    assert answer.show["changed"] == ["a.txt"]
    assert "-one\n+1\n+plus\n" in str(answer.show["diff"])
    again = call(workspace, "edit", file_path="a.txt", old_string="two", new_string="2")
    assert not again.failed


def test_a_file_must_be_read_first_and_be_as_it_was_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one\n")
    workspace = workspace_in(tmp_path)
    for name, rest in (
        ("edit", {"old_string": "one", "new_string": "two"}),
        ("write", {"content": "two"}),
    ):
        answer = call(workspace, name, file_path="a.txt", **rest)
        assert answer.failed
        assert 'Call read with file_path="a.txt"' in answer.text
    call(workspace, "read", file_path="a.txt")
    path.write_text("ONE\n")
    answer = call(workspace, "edit", file_path="a.txt", old_string="ONE", new_string="two")
    assert answer.failed
    assert "changed on disk" in answer.text
    assert path.read_text() == "ONE\n"


def test_an_ambiguous_old_string_is_refused_unless_all_are_meant(tmp_path: Path) -> None:
    workspace = project(tmp_path, {"a.py": CART})
    arguments = {"file_path": "a.py", "old_string": "return 1", "new_string": "return 2"}
    answer = call(workspace, "edit", **arguments)
    assert answer.failed
    assert "2 times" in answer.text
    assert "lines 3, 6" in answer.text
    assert not call(workspace, "edit", **arguments, replace_all=True).failed
    assert (tmp_path / "a.py").read_text() == CART.replace("return 1", "return 2")


def test_white_space_is_forgiven_when_the_place_is_clear(tmp_path: Path) -> None:
    workspace = project(tmp_path, {"a.py": CART})
    answer = call(
        workspace,
        "edit",
        file_path="a.py",
        old_string="def total(self):  \n    return 1",
        new_string="def total(self):\n    return 2",
    )
    assert not answer.failed
    assert (tmp_path / "a.py").read_text() == CART.replace("return 1", "return 2", 1)


def test_white_space_is_not_forgiven_when_two_places_fit(tmp_path: Path) -> None:
    workspace = project(tmp_path, {"a.txt": "  x\n    x\n"})
    answer = call(workspace, "edit", file_path="a.txt", old_string="x \n", new_string="y\n")
    assert answer.failed
    assert "lines 1, 2" in answer.text


def test_a_miss_shows_the_nearest_lines(tmp_path: Path) -> None:
    workspace = project(tmp_path, {"a.py": CART})
    answer = call(
        workspace, "edit", file_path="a.py", old_string="def totals(self):", new_string="x"
    )
    assert answer.failed
    assert "The nearest line, from line 2:\n    def total(self):\nLine 2 differs" in answer.text


@pytest.mark.parametrize("numbers", ["{}: ", "{}:", "  {}→", "{:>4}\t", "{} | ", "a.txt:{}: "])
def test_copied_line_numbers_are_left_out(tmp_path: Path, numbers: str) -> None:
    workspace = project(tmp_path, {"a.txt": "one\n  two\nthree\n"})
    old, new = (
        "\n".join(numbers.format(place) + line for place, line in lines)
        for lines in (((2, "  two"), (3, "three")), ((2, "  2"), (5, "three")))
    )
    new = new.replace("\n", "\n  2b\n")
    answer = call(workspace, "edit", file_path="a.txt", old_string=old, new_string=new)
    assert not answer.failed
    assert "line numbers" in answer.text
    assert (tmp_path / "a.txt").read_text() == "one\n  2\n  2b\nthree\n"


def test_numbers_that_do_not_count_up_are_no_line_numbers(tmp_path: Path) -> None:
    workspace = project(tmp_path, {"a.yml": "x: one\ny: two\n"})
    answer = call(
        workspace, "edit", file_path="a.yml", old_string="1: x: one\n5: y: two", new_string="z: 1"
    )
    assert answer.failed
    exact = project(tmp_path / "sub", {"a.yml": "1: x\n2: y\n"})
    answer = call(exact, "edit", file_path="a.yml", old_string="1: x\n2: y", new_string="1: z")
    assert (tmp_path / "sub" / "a.yml").read_text() == "1: z\n"


@pytest.mark.parametrize(("ours", "theirs"), [("\t", "    "), ("\t", "  "), ("    ", "\t")])
def test_tabs_and_spaces_are_told_apart_for_the_model(
    tmp_path: Path, ours: str, theirs: str
) -> None:
    text = "class A:\n\tdef f(self):\n\t\tif 1:\n\t\t\treturn 1\n"
    workspace = project(tmp_path, {"a.py": text.replace("\t", ours)})
    old = "\tdef f(self):\n\t\tif 1:\n\t\t\treturn 1"
    new = "\tdef f(self):\n\t\tif 2:\n\t\t\treturn 2"
    answer = call(
        workspace,
        "edit",
        file_path="a.py",
        old_string=old.replace("\t", theirs),
        new_string=new.replace("\t", theirs),
    )
    assert not answer.failed, answer.text
    assert (tmp_path / "a.py").read_text() == text.replace("1", "2").replace("\t", ours)


def test_several_passages_land_together_or_not_at_all(tmp_path: Path) -> None:
    workspace = project(tmp_path, {"a.py": CART})
    first = {"file_path": "a.py", "old_string": "class Cart", "new_string": "class Basket"}
    more = [
        {"old_string": "def count", "new_string": "def size"},
        {"old_string": "class Basket", "new_string": "class Bag"},
    ]
    missed = [*more, {"old_string": "def gone", "new_string": "x"}]
    answer = call(workspace, "edit", **first, more=missed)
    assert answer.failed
    assert "Nothing was written. Passage 4 of 4: old_string is not in a.py." in answer.text
    assert (tmp_path / "a.py").read_text() == CART
    answer = call(workspace, "edit", **first, more=more)
    assert answer.text == "Edited a.py in 3 places, from lines 1, 5, 1."
    assert (tmp_path / "a.py").read_text() == CART.replace("Cart", "Bag").replace("count", "size")


BODIES = st.text(st.characters(codec="cp1252", exclude_characters="\r\n\0\ufeff"), max_size=6)
CODINGS = st.sampled_from(
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-32-le", codecs.BOM_UTF32_LE),
        ("utf-32-be", codecs.BOM_UTF32_BE),
        ("cp1252", b""),
    ]
)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(BODIES, st.sampled_from(["\n", "\r\n"])), min_size=1, max_size=8),
    CODINGS,
    st.data(),
)
def test_an_edit_of_one_line_leaves_every_other_byte(
    tmp_path_factory: pytest.TempPathFactory,
    parts: list[tuple[str, str]],
    coding: tuple[str, bytes],
    data: st.DataObject,
) -> None:
    lines = [(f"{number}<{body}>", ending) for number, (body, ending) in enumerate(parts)]
    if data.draw(st.booleans(), "the last line is not ended"):
        lines[-1] = (lines[-1][0], "")
    chosen = data.draw(st.integers(0, len(lines) - 1))
    old, ending = lines[chosen]
    changed = [*lines[:chosen], ("new", ending), *lines[chosen + 1 :]]
    before, after = (
        coding[1] + "".join(body + end for body, end in some).encode(coding[0])
        for some in (lines, changed)
    )
    # Bytes that no encoding is sure of are refused when they are read.
    opened = decode(before)
    assume(isinstance(opened, Document) and (opened.codec, opened.bom) == coding)
    root = tmp_path_factory.mktemp("edited")
    path = root / "a.txt"
    path.write_bytes(before)
    path.chmod(0o750)
    workspace = workspace_in(root)
    call(workspace, "read", file_path="a.txt")
    answer = call(workspace, "edit", file_path="a.txt", old_string=old, new_string="new")
    assert not answer.failed, answer.text
    assert path.read_bytes() == after
    assert path.stat().st_mode & 0o777 == 0o750


@pytest.mark.parametrize(
    ("path", "good", "bad"),
    [
        ("a.py", "def f():\n    return 1\n", "def f(:\n    return 1\n"),
        ("a.py", "def f():\n    return 1\n", "def f():\n    x = 1\n  return x\n"),
        ("a.js", "let a = 1;\n", "let a = ;\n"),
        ("a.json", '{"a": 1}\n', '{"a": }\n'),
    ],
)
def test_a_broken_file_never_lands(tmp_path: Path, path: str, good: str, bad: str) -> None:
    workspace = project(tmp_path, {path: good})
    for name in (path, f"new-{path}"):
        answer = call(workspace, "write", file_path=name, content=bad)
        assert answer.failed
        assert "Syntax error" in answer.text
        assert "line " in answer.text
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {path: good}


def test_a_file_that_was_broken_may_be_repaired_step_by_step(tmp_path: Path) -> None:
    workspace = project(tmp_path, {"a.py": "def f(:\n    pass\n\n\ndef g(:\n    pass\n"})
    answer = call(workspace, "edit", file_path="a.py", old_string="def f(:", new_string="def f():")
    assert not answer.failed
    assert "Warning: a.py does not parse" in answer.text
    answer = call(workspace, "edit", file_path="a.py", old_string="def g(:", new_string="def g():")
    assert "Warning" not in answer.text


def test_writes_create_folders_end_the_last_line_and_keep_the_endings(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path)
    answer = call(workspace, "write", file_path="a/b/c.txt", content="one\ntwo")
    assert answer.text == "Created a/b/c.txt (2 lines)."
    assert (tmp_path / "a/b/c.txt").read_bytes() == b"one\ntwo\n"
    (tmp_path / "crlf.txt").write_bytes(b"one\r\ntwo\r\n")
    call(workspace, "read", file_path="crlf.txt")
    assert not call(workspace, "write", file_path="crlf.txt", content="1\ntwo\nthree").failed
    assert (tmp_path / "crlf.txt").read_bytes() == b"1\r\ntwo\r\nthree\r\n"


def test_an_edit_that_changes_nothing_fails(tmp_path: Path) -> None:
    workspace = project(tmp_path, {"a.py": CART})
    same_edit = {"file_path": "a.py", "old_string": "class", "new_string": "class"}
    same_symbol = {"file_path": "a.py", "symbol": "Cart", "content": CART}
    for answer in (
        call(workspace, "edit", **same_edit),
        call(workspace, "replace_symbol", **same_symbol),
    ):
        assert answer.failed
        assert "Nothing changed" in answer.text


@pytest.mark.parametrize("keeps_symbols", [False, True])
def test_writing_what_stands_there_already_is_no_failure(
    tmp_path: Path, keeps_symbols: bool
) -> None:
    workspace = project(tmp_path, {"a.py": CART})
    workspace.keeps_symbols = keeps_symbols
    before = (tmp_path / "a.py").stat()
    answer = call(workspace, "write", file_path="a.py", content=CART)
    assert not answer.failed
    assert answer.text == "a.py has exactly this content already."
    assert "changed" not in answer.show
    assert (tmp_path / "a.py").stat().st_ino == before.st_ino


def test_trouble_with_the_disk_is_an_answer(tmp_path: Path) -> None:
    workspace = project(tmp_path, {"a.txt": "one\n"})
    (tmp_path / "folder").mkdir()
    for path in ("folder", "a.txt/below", "x" * 300, "."):
        assert call(workspace, "write", file_path=path, content="x").failed
        assert call(workspace, "edit", file_path=path, old_string="a", new_string="b").failed
    assert call(workspace, "edit", file_path="a.txt", old_string="", new_string="b").failed
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "folder"]


def test_permission_sees_the_diff_before_anything_is_written(tmp_path: Path) -> None:
    workspace = project(tmp_path, {"a.py": CART})
    from inhouse_tools.editing.edit import TOOL, EditArgs

    args = EditArgs(file_path="a.py", old_string="class Cart", new_string="class Basket")
    (access,) = TOOL.access(args, workspace)
    assert (access.kind, access.target, access.outside) == ("write", "a.py", False)
    assert "-class Cart:\n+class Basket:\n" in access.preview
    assert (tmp_path / "a.py").read_text() == CART


@pytest.mark.parametrize(
    ("path", "content", "lost"),
    [
        ("a.py", CART.partition("\n    def count")[0], "Cart.count"),
        ("a.py", "x = 1\n", "Cart, Cart.total, Cart.count"),
        ("broken.py", "class Cart:\n    def total(self):\n        return 2\n", "count"),
        ("guarded.py", CART, "the lines at its end"),
    ],
)
def test_small_models_cannot_lose_definitions(
    tmp_path: Path, path: str, content: str, lost: str
) -> None:
    files = {
        "a.py": CART,
        "broken.py": CART.replace("class Cart:", "class Cart"),
        "guarded.py": CART + '\n\nif __name__ == "__main__":\n    print(Cart())\n',
    }
    workspace = project(tmp_path, files)
    workspace.keeps_symbols = True
    answer = call(workspace, "write", file_path=path, content=content)
    assert answer.failed
    assert f"{path} would lose {lost}." in answer.text
    assert (tmp_path / path).read_text() == files[path]
    workspace.keeps_symbols = False
    assert not call(workspace, "write", file_path=path, content=content).failed


def test_small_models_may_write_only_what_they_changed(tmp_path: Path) -> None:
    workspace = project(tmp_path, {"a.py": CART})
    (tmp_path / "a.py").write_bytes(CART.replace("\n", "\r\n").encode())
    call(workspace, "read", file_path="a.py")
    workspace.keeps_symbols = True
    answer = call(
        workspace, "write", file_path="a.py", content="    def count(self):\n        return 2\n"
    )
    assert answer.text == "Put Cart.count into a.py and kept the rest of it (6 lines)."
    changed = CART.removesuffix("return 1\n") + "return 2\n"
    assert (tmp_path / "a.py").read_bytes() == changed.replace("\n", "\r\n").encode()


def test_what_a_task_takes_away_may_go(tmp_path: Path) -> None:
    workspace = project(tmp_path, {"a.py": CART})
    workspace.keeps_symbols = True
    rest = CART[: CART.index("    def count")].rstrip() + "\n"
    kept = call(workspace, "write", file_path="a.py", content=rest)
    assert kept.failed
    assert (tmp_path / "a.py").read_text() == CART
    workspace.expendable = frozenset({"count"})
    assert not call(workspace, "write", file_path="a.py", content=rest).failed
    assert (tmp_path / "a.py").read_text() == rest


def test_blank_lines_that_a_small_model_loses_stay(tmp_path: Path) -> None:
    workspace = project(tmp_path, {"a.py": CART})
    workspace.keeps_symbols = True
    content = CART.replace("\n\n", "\n").replace("return 1", "return 2", 1)
    assert not call(workspace, "write", file_path="a.py", content=content).failed
    assert (tmp_path / "a.py").read_text() == CART.replace("return 1", "return 2", 1)


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("a.py", CART, CART + "\n\ndef add():\n    pass\n"),
        ("broken.py", CART.replace("class Cart:", "class Cart"), CART),
        ("a.json", '{"a": 1}\n', '{"b": 1}\n'),
        ("notes.txt", "def f(): gone\n", "nothing\n"),
    ],
)
def test_keeping_symbols_refuses_nothing_else(
    tmp_path: Path, path: str, before: str, after: str
) -> None:
    workspace = project(tmp_path, {path: before})
    workspace.keeps_symbols = True
    answer = call(workspace, "write", file_path=path, content=after)
    assert not answer.failed, answer.text
    assert (tmp_path / path).read_text() == after
