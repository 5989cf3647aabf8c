"""Which comments are meant for inhouse, in every language, and never a string."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.watching.comment import Mark, read_comments, read_mark
from inhouse.watching.known import known_of, new_among
from inhouse.watching.removing import without

READ: dict[str, tuple[Mark, str] | None] = {
    "# use a set AI!": ("do", "use a set"),
    "# AI! use a set": ("do", "use a set"),
    "# AI!: use a set": ("do", "use a set"),
    "#AI!": ("do", ""),
    "// why is this slow? AI?": ("answer", "why is this slow?"),
    "-- Why ai?": ("answer", "Why"),
    "; add a test ai!": ("do", "add a test"),
    "# AI: it is called often": ("note", "it is called often"),
    "# it is called often AI": ("note", "it is called often"),
    "/* Split this\n * in two. AI!\n */": ("do", "Split this in two."),
    "<!-- a table AI! -->": ("do", "a table"),
    "(* total AI! *)": ("do", "total"),
    "{- total AI! -}": ("do", "total"),
    "--[[ total AI! ]]": ("do", "total"),
    "# AI? do it AI!": ("do", "do it"),
    "# was it made by ai": None,
    "# AI-made": None,
    "# ask AI! or not": None,
    "# MAGAI!": None,
    "# AIR! is thin": None,
    "#": None,
}


@pytest.mark.parametrize("comment", READ)
def test_marks_stand_first_or_last(comment: str) -> None:
    assert read_mark(comment) == READ[comment]


FILES = {
    "a.py": ('x = "# not this AI!"\ny = 1  # this AI!\n', ["# this AI!"]),
    "a.js": ('const a = "// not this AI!"; // this AI!\n/* and\n this AI? */\n', None),
    "a.c": ('char *a = "/* no AI! */"; /* this AI! */\n', ["/* this AI! */"]),
    "a.sql": ("select '-- no AI!' -- this AI!\n", ["-- this AI!"]),
    "a.sh": ("echo '# no AI!' # this AI!\n", ["# this AI!"]),
    "a.html": ("<p># no AI!</p><!-- this AI! -->\n", ["<!-- this AI! -->"]),
    "a.yaml": ('a: "# no AI!" # this AI!\n', ["# this AI!"]),
    "Makefile": ("all: # this AI!\n\techo\n", ["# this AI!"]),
    "a.md": ("# No heading AI!\n<!-- this AI! -->\n", ["<!-- this AI! -->"]),
    "a.nim": ('let a = "x#no AI!" # this AI!\n', ["# this AI!"]),
    "a.el": ("(message x) ;; this AI!\n# no AI!\n", [";; this AI!"]),
    "a.tex": ("100\\% no AI!\n% this AI!\n", ["% this AI!"]),
    "noname": ("# this AI!\nhttp://no AI!\n", ["# this AI!"]),
    "broken.py": ("def f(:\n    # this AI!\n", ["# this AI!"]),
    "wide.py": ('é = "😀"  # this é AI!\n', ["# this é AI!"]),
}


@pytest.mark.parametrize("name", FILES)
def test_strings_are_no_comments(name: str) -> None:
    text, expected = FILES[name]
    found = read_comments(name, text)
    assert [one.text for one in found] == (expected or ["// this AI!", "/* and\n this AI? */"])
    for one in found:
        assert text[one.start : one.end] == one.text
        assert text.split("\n")[one.line - 1].find(one.text.split("\n")[0]) >= 0
        assert one.last_line - one.line == one.text.count("\n")


@given(st.text(), st.sampled_from(["a.py", "a.js", "a.nim", "a.md", "a.html", "a"]))
def test_any_text_is_read(text: str, name: str) -> None:
    marked = text.replace("\r", "") + "\n# x AI!\n// y AI?\n"
    for one in read_comments(name, marked):
        assert marked[one.start : one.end] == one.text
        assert marked.count("\n", 0, one.start) + 1 == one.line


LINES = st.lists(
    st.sampled_from(["", "x = 1", "    y = 2", "# plain", 's = "# AI!"', "def f():"]), max_size=8
)


@given(LINES, st.integers(0, 8), st.sampled_from(["", "  ", "\t"]))
def test_a_line_of_its_own_is_taken_out_whole(lines: list[str], at: int, indent: str) -> None:
    at = min(at, len(lines))
    text = "\n".join([*lines[:at], f"{indent}# do this AI!", *lines[at:]]) + "\n"
    comments = read_comments("a.nim", text)
    chosen = [one for one in comments if one.request == "do this"]
    assert len(chosen) == 1
    assert without("a.nim", text, chosen) == "\n".join([*lines[:at], *lines[at:], ""])


def test_what_stands_beside_a_comment_stays() -> None:
    cases = {
        "x = 1  # y AI!\nz\n": "x = 1\nz\n",
        "x = 1  # y AI!": "x = 1",
        "# y AI!": "",
        "a\n# y AI!": "a\n",
        "# y AI!\r\n".replace("\r", ""): "",
    }
    for text, expected in cases.items():
        assert without("a.py", text, read_comments("a.py", text)) == expected
    text = "f(/* y AI! */ x);\n"
    assert without("a.c", text, read_comments("a.c", text)) == "f(x);\n"
    text = "/* y AI!\n */ f();\n"
    assert without("a.c", text, read_comments("a.c", text)) == "f();\n"


def test_only_the_comments_that_were_meant_are_taken_out() -> None:
    text = "# one AI!\nx = 1\n# two AI!\n# one AI!\n"
    comments = read_comments("a.py", text)
    assert without("a.py", text, comments[:1]) == "# one AI!\nx = 1\n# two AI!\n"
    assert without("a.py", text, [comments[1]]) == "# one AI!\nx = 1\n# one AI!\n"
    assert without("a.py", text, []) == text


@given(st.lists(st.sampled_from(["# a AI!", "# b AI?", "x = 1", "y = 2", ""]), max_size=12))
def test_what_is_known_is_never_new(lines: list[str]) -> None:
    now = read_comments("a.py", "\n".join(lines))
    assert new_among(now, known_of(now)) == ()
    assert new_among(now, ()) == now
    if now:
        missing = now[len(now) // 2]
        rest = [one for one in now if one is not missing]
        (new,) = new_among(now, known_of(rest))
        assert new.words == missing.words


def test_of_equal_comments_the_one_at_new_code_is_new() -> None:
    before = read_comments("a.py", "# test this AI?\ndef f(): ...\n")
    text = "# test this AI?\ndef g(): ...\n# test this AI?\ndef f(): ...\n"
    (new,) = new_among(read_comments("a.py", text), known_of(before))
    assert new.beside == "def g(): ..."
    moved = read_comments("a.py", "x = 1\n\n  # test   this AI?\ndef changed(): ...\n")
    assert new_among(moved, known_of(before)) == ()
