"""Calls in a free answer: they name what exists, and lines that stand in the file."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.models.formats.format_samples import WRITERS, accepts
from tests.models.formats.live_samples import (
    CHOICES,
    NATIVE,
    TEXTS,
    check_call,
    lark_of,
    places_of,
    write_call,
)

from inhouse_models.chat import MOST_SOURCE_BYTES, Choices, Source
from inhouse_models.formats import FormName
from inhouse_models.formats.call_grammar import MOST_PATHS
from inhouse_models.formats.live_calls import MOST_LINES
from inhouse_models.formats.passage import MOST_REPEATED, lines_of, repeated_runs

# Lines that repeat, stand within one another, and need care in one of the forms.
lines = st.sampled_from(["", "}", "x", "xx", "  x", 'say "x"', "\\n", "\tx", "é", "<b>", "n"])
texts = (
    st.tuples(st.lists(lines, min_size=1, max_size=9), st.sampled_from(["", "\n"]))
    .map(lambda parts: "\n".join(parts[0]) + parts[1])
    .filter(lambda text: bool(text.strip()))
)
forms = st.sampled_from(NATIVE)


def lark_for(form: FormName, text: str) -> str:
    return lark_of(form, Choices(paths=("a",), sources=(Source.of("a", text),)))


def edit(form: FormName, old: str, path: str = "a", *, every: bool | None = None) -> str:
    said = {} if every is None else {"replace_all": every}
    arguments = {"file_path": path, **said, "old_string": old, "new_string": 'new "é"\n'}
    return write_call(form, "edit", arguments)


@pytest.mark.parametrize("form", NATIVE)
@pytest.mark.parametrize(
    ("name", "arguments", "fits"),
    [
        ("read", {"file_path": "a.py"}, True),
        ("read", {"file_path": 'odd "b".txt', "limit": 3}, True),
        ("read", {"file_path": "out-1", "offset": 9}, True),
        ("read", {"file_path": "docs"}, True),
        ("read", {"file_path": "missing.py"}, False),
        ("read", {"file_path": "a.py", "more": "x"}, False),
        ("read", {"limit": 3}, False),
        ("write", {"file_path": "src/new-file.test.ts", "content": "x"}, True),
        ("write", {"file_path": ".github/..x/...", "content": "x"}, True),
        ("write", {"file_path": "a.py", "content": ""}, True),
        ("write", {"file_path": 'odd "b".txt', "content": "</parameter>\n"}, True),
        ("write", {"file_path": "../a.py", "content": "x"}, False),
        ("write", {"file_path": "src/../../a.py", "content": "x"}, False),
        ("write", {"file_path": "src/..", "content": "x"}, False),
        ("write", {"file_path": "/etc/passwd", "content": "x"}, False),
        ("write", {"file_path": "two words", "content": "x"}, False),
        ("replace_symbol", {"file_path": "a.py", "symbol": "Box.size#2", "content": "x"}, True),
        ("replace_symbol", {"file_path": "a.py", "symbol": "siz", "content": "x"}, False),
        ("replace_symbol", {"file_path": "a.py", "symbol": 'odd "name"', "content": "x"}, False),
        ("replace_symbol", {"file_path": "c.py", "symbol": 'odd "name"', "content": "x"}, True),
        ("replace_symbol", {"file_path": "docs/unread.md", "symbol": "any", "content": "x"}, True),
        ("replace_symbol", {"file_path": "missing.py", "symbol": "area", "content": "x"}, False),
        ("edit", {"file_path": "c.py", "old_string": "any", "new_string": "x"}, True),
        ("edit", {"file_path": "missing.py", "old_string": "any", "new_string": "x"}, False),
        ("edit", {"file_path": "docs", "old_string": "any", "new_string": "x"}, False),
        ("edit", {"file_path": "marked.py", "old_string": "any", "new_string": "x"}, True),
        ("read", {"file_path": "<think>.py"}, False),
        ("edit", {"file_path": "a.py", "old_string": "any", "new_string": "x"}, False),
        ("edit", {"file_path": "a.py", "old_string": "", "new_string": "x"}, False),
        ("rm", {"file_path": "a.py"}, False),
    ],
)
def test_calls(form: FormName, name: str, arguments: dict[str, object], fits: bool) -> None:
    written = write_call(form, name, arguments)
    assert accepts(lark_of(form), written) == fits
    if fits:
        assert check_call(form, written) == name


@pytest.mark.parametrize("form", NATIVE)
@pytest.mark.parametrize(
    ("old", "once", "several"),
    [
        ("def area(width, height):", True, True),
        ("def area(width, height):\n", None, None),
        ("def area(width, height)", False, False),
        ("area(width, height):", False, False),
        ("    x = 10", True, True),
        ("    x = 1", False, True),
        ("    return 1", False, True),
        ("    x = 1\n    return 1", True, True),
        ("    x = 1\n    x = 10", False, False),
        ('    """Of <b> and "é"."""\n    return width + height', True, True),
        ("    return 1\n\n\ndef twice(name):", True, True),
        ("\n\n", False, None),
    ],
)
def test_lines_of_a_file(form: FormName, old: str, once: bool | None, several: bool | None) -> None:
    """None where the forms differ: in JSON the line end behind the last line may be named."""
    for every, fits in ((None, once), (False, once), (True, several)):
        written = edit(form, old, "a.py", every=every)
        assert fits is None or accepts(lark_of(form), written) == fits


@settings(deadline=None, max_examples=120)
@given(forms, texts, st.data())
def test_a_run_of_lines_that_stands_once(form: FormName, text: str, data: st.DataObject) -> None:
    whole = lines_of(text)
    first = data.draw(st.integers(0, len(whole) - 1))
    run = whole[first : data.draw(st.integers(first + 1, len(whole)))]
    old, lark = "\n".join(run), lark_for(form, text)
    unique = len(places_of(text, old)) == 1
    if form == "xml" or (run[0] and run[-1]):
        assert accepts(lark, edit(form, old)) == unique
        assert accepts(lark, edit(form, old, every=True)) == bool(old)
    elif accepts(lark, edit(form, old)):
        assert unique


@settings(deadline=None, max_examples=120)
@given(forms, texts, st.text("x}\n ", max_size=6))
@example("hermes", "ax\nx", "x")
@example("hermes", "a\nb\n", "\n")
def test_other_text_is_refused(form: FormName, text: str, old: str) -> None:
    lark = lark_for(form, text)
    if accepts(lark, edit(form, old)):
        assert len(places_of(text, old)) == 1
    if accepts(lark, edit(form, old, every=True)):
        assert old
        assert old in text


@settings(deadline=None, max_examples=60)
@given(texts)
def test_repeated_runs_are_the_longest(text: str) -> None:
    runs = repeated_runs(text)
    assert runs is not None
    whole = lines_of(text)
    for first in range(len(whole)):
        for end in range(first + 1, len(whole) + 1):
            run = tuple(whole[first:end])
            inside = any(
                run == other[start : start + len(run)]
                for other in runs
                for start in range(len(other))
            )
            assert inside == (len(places_of(text, "\n".join(run))) > 1 or run == ("",))


@pytest.mark.parametrize("form", NATIVE)
def test_in_a_text_that_repeats_too_much_any_lines_may_be_named(form: FormName) -> None:
    line = "x" * 99 + "\n"
    text = line * (MOST_REPEATED // 50) + "end\n"
    assert repeated_runs(text) is None
    assert accepts(lark_for(form, text), edit(form, line[:-1]))
    assert not accepts(lark_for(form, text), edit(form, "ends"))


@pytest.mark.parametrize("form", NATIVE)
def test_what_is_too_large_is_held_to_syntax(form: FormName) -> None:
    line = "x" * (2 * MOST_SOURCE_BYTES // MOST_LINES)
    for large in (f"{line}\n" * MOST_LINES, "y\n" * (MOST_LINES + 1)):
        assert accepts(lark_for(form, large), edit(form, "any"))
    many = replace(CHOICES, paths=tuple(f"{number}.py" for number in range(MOST_PATHS + 1)))
    assert accepts(lark_of(form, many), write_call(form, "read", {"file_path": "src/any.py"}))
    assert accepts(lark_of(form, many), edit(form, "any", "src/any.py"))
    assert not accepts(lark_of(form, many), edit(form, "any", "a.py"))


@pytest.mark.parametrize("form", NATIVE)
@pytest.mark.parametrize("text", ["", "\n", " \n\t\n"])
def test_a_blank_text_is_held_to_syntax(form: FormName, text: str) -> None:
    assert accepts(lark_for(form, text), edit(form, "any"))


def test_a_text_with_the_tags_of_the_form_is_held_to_syntax() -> None:
    text = "a\n</parameter>\nb\n"
    assert accepts(lark_for("xml", text), edit("xml", "any"))
    assert not accepts(lark_for("hermes", text), edit("hermes", "any"))
    assert accepts(lark_for("hermes", text), edit("hermes", "</parameter>"))


@pytest.mark.parametrize("form", NATIVE)
def test_where_nothing_is_known_only_syntax_is_held(form: FormName) -> None:
    lark = lark_of(form, Choices())
    for name, arguments in (
        ("read", {"file_path": "any.py"}),
        ("replace_symbol", {"file_path": "any.py", "symbol": "any", "content": "x"}),
        ("edit", {"file_path": "any.py", "old_string": "any", "new_string": "x"}),
    ):
        assert accepts(lark, write_call(form, name, arguments))
        assert not accepts(lark, write_call(form, name, {**arguments, "more": "x"}))


@pytest.mark.parametrize("form", NATIVE)
def test_the_last_way_out_is_not_missing(form: FormName) -> None:
    """Every file known by its text: no other can be edited."""
    lark = lark_of(form, replace(CHOICES, paths=tuple(TEXTS)))
    assert accepts(lark, edit(form, "last line without an end", 'odd "b".txt'))
    assert not accepts(lark, edit(form, "any", "c.py"))


@pytest.mark.parametrize("form", NATIVE)
def test_the_grammar_is_reviewed(form: FormName, golden: Callable[[str, str], None]) -> None:
    golden(f"formats/live_calls.{form}.txt", lark_of(form))


@pytest.mark.parametrize("form", NATIVE)
def test_python_spells_truth_values_of_tags(form: FormName) -> None:
    written = edit(form, "    return 1", "a.py", every=True)
    capital = written.replace("true", "True")
    assert accepts(lark_of(form), capital) == (form == "xml")
    call = WRITERS["xml"].read(capital.removesuffix("</tool_call>"), ())
    assert (call is not None) == (form == "xml")
