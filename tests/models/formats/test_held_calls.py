"""Held answers: which calls may stand in one, and in which order."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models.formats.format_samples import (
    FORMS,
    REPLACE,
    SPECIALS,
    TOOLS,
    WRITE,
    WRITERS,
    accepts,
)

from inhouse_models.chat import Choices, ToolSpec
from inhouse_models.formats import FormName, build_constraint
from inhouse_models.formats.held_calls import MOST_WRITES

CHOICES = Choices(
    paths=("a.py", "b.js", "big.py", "pkg/__init__.py", "unread.py"),
    read=("a.py", "b.js", "big.py"),
    whole=("a.py", "b.js"),
    new=("tests/test_a.py", "docs/new.md"),
    symbols={"a.py": ("f",), "big.py": ("g", "C.h")},
)
KNOWN = (*CHOICES.whole, *CHOICES.new)
NINE = tuple(f"f{number}.py" for number in range(MOST_WRITES + 1))
MANY = Choices(paths=(*NINE, "big.py"), read=NINE, whole=NINE, symbols={"big.py": ("g",)})

forms = st.sampled_from(FORMS)


def lark_for(
    form: FormName,
    choices: Choices = CHOICES,
    *,
    tools: Sequence[ToolSpec] = TOOLS,
    must_call: bool = True,
) -> str:
    constraint = build_constraint(
        form, tools=tools, specials=SPECIALS, choices=choices, held=True, must_call=must_call
    )
    assert constraint is not None
    return constraint.lark


def call(form: FormName, name: str, **arguments: object) -> str:
    return f"<tool_call>{WRITERS[form].write(name, arguments)}</tool_call>"


def write(form: FormName, path: str) -> str:
    return call(form, "write", file_path=path, content="x = 1\n")


def change(form: FormName, path: str = "big.py", symbol: str = "g") -> str:
    return call(form, "replace_symbol", file_path=path, symbol=symbol, content="x = 1\n")


def run(form: FormName) -> str:
    return call(form, "bash", command="ls")


@settings(deadline=None, max_examples=80)
@given(forms, st.lists(st.integers(0, len(KNOWN) - 1), min_size=1, max_size=5))
def test_every_file_is_written_once_and_in_order(form: FormName, places: list[int]) -> None:
    answer = "\n".join(write(form, KNOWN[place]) for place in places)
    assert accepts(lark_for(form), answer) == (places == sorted(set(places)))


@settings(deadline=None, max_examples=60)
@given(forms, st.sets(st.sampled_from(KNOWN)), st.integers(0, MOST_WRITES + 1))
def test_definitions_follow_the_files(form: FormName, files: set[str], changes: int) -> None:
    writes = [write(form, path) for path in KNOWN if path in files]
    several = [change(form, symbol=f"new_{number}") for number in range(changes)]
    fits = changes <= MOST_WRITES and bool(writes or several)
    assert accepts(lark_for(form), "".join([*writes, *several])) == fits
    if writes and several:
        assert not accepts(lark_for(form), "".join([*several, *writes]))


@pytest.mark.parametrize("form", FORMS)
def test_another_call_stands_alone(form: FormName) -> None:
    lark = lark_for(form)
    assert accepts(lark, run(form))
    for other in (run(form), write(form, "a.py"), change(form)):
        assert not accepts(lark, run(form) + other)
        assert not accepts(lark, other + run(form))


@pytest.mark.parametrize("form", FORMS)
def test_no_text_stands_beside_calls(form: FormName) -> None:
    lark = lark_for(form, must_call=False)
    assert accepts(lark, "All is done.")
    for answer in (write(form, "a.py"), run(form)):
        assert accepts(lark, answer)
        assert not accepts(lark, f"I do it now.\n{answer}")
        assert not accepts(lark, f"{answer}\nThat is all.")


@pytest.mark.parametrize("form", FORMS)
def test_an_invented_file_is_written_alone(form: FormName) -> None:
    invented = write(form, "src/other.py")
    lark = lark_for(form)
    assert accepts(lark, invented)
    for other in (write(form, "another.py"), write(form, "a.py"), change(form), run(form)):
        assert not accepts(lark, invented + other)
        assert not accepts(lark, other + invented)
    assert not accepts(lark_for(form, replace(CHOICES, invent=False)), invented)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("path", "fits"),
    [
        ("plain.py", True),
        ("Makefile", True),
        ("src/deep/er/name-2.test.ts", True),
        ("other/__init__.py", True),
        ("__init__.py", True),
        ("pkg/__init__.py", False),
        ("a.py@10", False),
        ("new file.py", False),
        ("copy(1).py", False),
        ("~/x.py", False),
        ("x.py:3", False),
        ("src/", False),
        ("unread.py", False),
        ("other/unread.py", False),
        ("other/a.py", False),
    ],
)
def test_invented_names(form: FormName, path: str, fits: bool) -> None:
    assert accepts(lark_for(form), write(form, path)) == fits


@pytest.mark.parametrize("form", FORMS)
def test_definitions_are_those_of_files_that_are_not_written_whole(form: FormName) -> None:
    lark = lark_for(form)
    assert accepts(lark, change(form, "big.py", "C.h"))
    assert not accepts(lark, change(form, "a.py", "f"))
    assert not accepts(lark, change(form, "unread.py", "g"))
    assert not accepts(lark, write(form, "big.py"))
    parts = replace(CHOICES, whole=("b.js",))
    assert accepts(lark_for(form, parts), change(form, "a.py", "f"))


@settings(deadline=None, max_examples=40)
@given(forms, st.lists(st.sampled_from(NINE), min_size=1, max_size=MOST_WRITES + 1))
def test_of_many_files_any_may_be_written(form: FormName, paths: list[str]) -> None:
    answer = "".join(write(form, path) for path in paths)
    assert accepts(lark_for(form, MANY), answer) == (len(paths) <= MOST_WRITES)
    assert accepts(lark_for(form, MANY), write(form, paths[0]) + change(form))


@pytest.mark.parametrize("form", FORMS)
def test_of_many_files_none_is_invented_among_others(form: FormName) -> None:
    invented = write(form, "other.py")
    assert accepts(lark_for(form, MANY), invented)
    assert not accepts(lark_for(form, MANY), invented + write(form, "f1.py"))
    assert not accepts(lark_for(form, MANY), write(form, "f1.py") + invented)
    assert not accepts(lark_for(form, replace(MANY, invent=False)), invented)


@pytest.mark.parametrize("form", FORMS)
def test_when_no_file_is_known_any_may_be_written(form: FormName) -> None:
    lark = lark_for(form, Choices(invent=False))
    assert accepts(lark, write(form, "x.py") + write(form, "y.py") + change(form, "z.py"))
    assert not accepts(lark, write(form, "x.py") + run(form))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("must_call", [True, False])
def test_a_turn_in_which_nothing_can_be_called_is_text(form: FormName, must_call: bool) -> None:
    nothing = Choices(paths=("a.py",), invent=False)
    lark = lark_for(form, nothing, tools=(WRITE, REPLACE), must_call=must_call)
    assert accepts(lark, "I cannot do that.")
    assert not accepts(lark, write(form, "a.py"))
    assert not accepts(lark, change(form, "a.py"))


@pytest.mark.parametrize("space", ["", " ", "  \t"])
def test_space_may_follow_the_closing_fence(space: str) -> None:
    for answer in (write("fenced", "a.py"), change("fenced"), write("fenced", "other.py")):
        start, fence, end = answer.rpartition("```")
        assert accepts(lark_for("fenced"), f"{start}{fence}{space}{end}")
        assert not accepts(lark_for("fenced"), f"{start}{fence}{space}x{end}")


@pytest.mark.parametrize(
    ("path", "fence", "tag", "fits"),
    [
        ("a.py", "```", "python", True),
        ("a.py", "```", "javascript", False),
        ("a.py", "```", "", False),
        ("b.js", "```", "javascript", True),
        ("README.md", "```", "markdown", True),
        ("README.md", "````", "markdown", False),
        ("fences.py", "````", "python", True),
        ("fences.py", "```", "python", False),
        ("docs/new.md", "````", "markdown", True),
        ("docs/new.md", "```", "markdown", False),
        ("data.unknown", "```", "text", True),
    ],
)
def test_the_fence_is_that_of_the_file(path: str, fence: str, tag: str, fits: bool) -> None:
    files = ("a.py", "b.js", "README.md", "fences.py", "data.unknown")
    choices = Choices(
        paths=files, read=files, whole=files, new=("docs/new.md",), fenced=("fences.py",)
    )
    head = f'{{"name": "write", "arguments": {{"file_path": "{path}"}}}}'
    answer = f"<tool_call>\n{head}\n{fence}{tag}\nx\n{fence}\n</tool_call>"
    assert accepts(lark_for("fenced", choices), answer) == fits
