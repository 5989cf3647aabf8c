"""Grammars: they compile, accept what they should and nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models.formats.format_samples import FORMS, SPECIALS, TOOLS, WRITERS, accepts

from inhouse_models.chat import Choices
from inhouse_models.formats import FormName, build_constraint
from inhouse_models.formats.fenced import FencedFormat

CHOICES = Choices(
    paths=("a.py", "b.py", "docs/b.md", 'odd "name".py', "unread.py"),
    read=("a.py", "b.py", "docs/b.md", 'odd "name".py'),
    symbols={"a.py": ("f", "operator =="), "b.py": ("g",)},
)


def lark_for(form: FormName, *, held: bool = False, choices: Choices = CHOICES) -> str:
    constraint = build_constraint(
        form, tools=TOOLS, specials=SPECIALS, choices=choices, held=held, barred=("bash", "baobab")
    )
    assert constraint is not None
    assert constraint.trigger == (None if held else "<tool_call>")
    return constraint.lark


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("name", "arguments", "fits"),
    [
        ("read", {"file_path": "a.py"}, True),
        ("read", {"file_path": 'odd "name".py', "limit": 3}, True),
        ("read", {"file_path": "docs/b.md", "offset": 1, "limit": 3}, True),
        ("read", {"file_path": "missing.py"}, False),
        ("read", {"limit": 3}, False),
        ("write", {"file_path": "new.py", "content": 'x = "é"\n\ty\n'}, True),
        ("write", {"file_path": "new.md", "content": "```\nx\n```\n"}, True),
        ("write", {"file_path": "new\nline", "content": "x\n"}, False),
        ("replace_symbol", {"file_path": "a.py", "symbol": "C.f#2", "content": "x\n"}, True),
        ("replace_symbol", {"file_path": "a.py", "symbol": "operator ==", "content": "\n"}, True),
        ("replace_symbol", {"file_path": "a.py", "symbol": "no name", "content": "x\n"}, False),
        ("replace_symbol", {"file_path": "unread.py", "symbol": "f", "content": "x\n"}, False),
        ("replace_symbol", {"file_path": "b.py", "symbol": "new", "content": "x\n"}, True),
        ("write", {"file_path": "unread.py", "content": "x\n"}, False),
        ("bash", {"command": "echo 'a' && ls | wc", "timeout": 2.5}, True),
        ("bash", {"command": "ls", "cwd": "/"}, False),
        ("plan", {"state": "open", "steps": [{"text": "one"}, {"text": "two"}]}, True),
        ("plan", {"state": "maybe", "steps": []}, False),
        ("rm", {"path": "a"}, False),
    ],
)
def test_calls(form: FormName, name: str, arguments: dict[str, object], fits: bool) -> None:
    written = WRITERS[form].write(name, arguments) + "</tool_call>"
    if form == "fenced":
        assert accepts(lark_for(form), written) == fits
    held = lark_for(form, held=True)
    assert accepts(held, f"<tool_call>{written}") == fits
    assert not accepts(held, f"I do it.\n<tool_call>{written}")


@pytest.mark.parametrize("form", FORMS)
def test_held_turn(form: FormName) -> None:
    lark = lark_for(form, held=True)
    assert accepts(lark, "All done: `f` works.")
    assert accepts(lark, "")
    assert accepts(lark, "Read it: `bash` ends, bash(x) fails.")
    # A call in words would run nothing.
    assert not accepts(lark, "bash(ls -la)")
    assert accepts(lark, "bas")
    assert accepts(lark, "bars, <= and `bash`")
    assert not accepts(lark, "```json\n{}\n```")
    assert not accepts(lark, "x" * 401)
    assert not accepts(lark, "Done.</tool_call>")
    call = f"<tool_call>{WRITERS[form].write('bash', {'command': 'ls'})}</tool_call>"
    assert accepts(lark, call)
    assert not accepts(lark, call + call)


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30), st.sampled_from(FORMS))
def test_any_content_can_be_written(text: str, form: FormName) -> None:
    if "</parameter>" in text or "```" in text:
        return
    written = WRITERS[form].write("write", {"file_path": "n.py", "content": text + "\n"})
    assert accepts(lark_for(form), written + "</tool_call>")


def test_many_paths_are_not_listed() -> None:
    many = Choices(paths=tuple(f"src/{number}.py" for number in range(2_001)))
    assert "src/7.py" not in lark_for("fenced", choices=many)
    few = Choices(paths=many.paths[:2_000])
    assert "src/7.py" in lark_for("fenced", choices=few)
    assert accepts(
        lark_for("fenced", choices=few),
        FencedFormat().write("read", {"file_path": "src/1999.py"}) + "</tool_call>",
    )


def test_marks_that_are_no_tokens_are_spelled() -> None:
    constraint = build_constraint("hermes", tools=TOOLS, specials=(), held=True)
    assert constraint is not None
    assert '"<tool_call>"' in constraint.lark
    assert '"</tool_call>"' in constraint.lark


@pytest.mark.parametrize(
    ("thinking", "answer"),
    [
        ("off", '{"done": true}'),
        ("open", '\n\n{"done": true}'),
        ("optional", '{"done": true}'),
        ("optional", '<think>\nhm\n</think>\n\n{"done": true}'),
    ],
)
def test_json_answer(thinking: str, answer: str) -> None:
    schema = {
        "type": "object",
        "properties": {"done": {"type": "boolean"}},
        "required": ["done"],
        "additionalProperties": False,
    }
    mode = "off" if thinking == "off" else "open" if thinking == "open" else "optional"
    constraint = build_constraint(
        "hermes", tools=TOOLS, specials=SPECIALS, schema=schema, thinking=mode
    )
    assert constraint is not None
    assert constraint.trigger == ("</think>" if thinking == "open" else None)
    assert accepts(constraint.lark, answer)
    assert not accepts(constraint.lark, '{"done": 1}')


def test_free_answers_have_no_grammar() -> None:
    assert build_constraint("hermes", tools=(), specials=SPECIALS) is None
    assert build_constraint("plain", tools=TOOLS, specials=SPECIALS) is None


def test_a_turn_that_must_call_cannot_end_without_one() -> None:
    def lark(must_call: bool) -> str:
        constraint = build_constraint(
            "fenced", tools=TOOLS, specials=SPECIALS, held=True, must_call=must_call
        )
        assert constraint is not None
        return constraint.lark

    call = '<tool_call>\n{"name": "read", "arguments": {"file_path": "a.py"}}\n</tool_call>'
    assert accepts(lark(must_call=False), "Done.")
    assert not accepts(lark(must_call=True), "Done.")
    assert accepts(lark(must_call=True), call)
    assert not accepts(lark(must_call=True), f"I look.\n{call}")
    assert not accepts(lark(must_call=False), "Two\nlines.")


@pytest.mark.parametrize("form", ("hermes", "fenced"))
def test_a_new_symbol_does_not_bear_a_name_of_another_file(form: FormName) -> None:
    arguments = {"file_path": "b.py", "symbol": "f", "content": "x\n"}
    taken = WRITERS[form].write("replace_symbol", arguments) + "</tool_call>"
    assert not accepts(lark_for(form, held=True), f"<tool_call>{taken}")


def test_the_fence_names_the_language_of_the_file() -> None:
    head = '\n{"name": "replace_symbol", "arguments": {"file_path": "a.py", "symbol": "f"}}\n'
    assert accepts(lark_for("fenced"), f"{head}```python\nx\n```\n</tool_call>")
    assert not accepts(lark_for("fenced"), f"{head}```javascript\nx\n```\n</tool_call>")


@pytest.mark.parametrize("form", FORMS)
def test_a_text_begins_with_one_of_the_openings(form: FormName) -> None:
    openings = ("I changed `a.py`", 'I changed `odd "name".py`')
    constraint = build_constraint(
        form, tools=TOOLS, specials=SPECIALS, choices=CHOICES, held=True, openings=openings
    )
    assert constraint is not None
    for opening in openings:
        assert accepts(constraint.lark, opening)
        assert accepts(constraint.lark, f"{opening}: `f` returns x < 1 now.")
        assert not accepts(constraint.lark, f"{opening}.\nMore.")
        assert not accepts(constraint.lark, f"{opening}{'x' * 401}")
    assert not accepts(constraint.lark, "")
    assert not accepts(constraint.lark, "I changed `b.py`.")
    call = f"<tool_call>{WRITERS[form].write('bash', {'command': 'ls'})}</tool_call>"
    assert accepts(constraint.lark, call)
