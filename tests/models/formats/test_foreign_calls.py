"""Calls of another program's tools: held to their schemas alone, whatever they are called."""

import json

import pytest
from tests.models.formats.format_samples import SPECIALS, WRITERS, accepts

from inhouse_models.chat import Choices, ToolSpec
from inhouse_models.formats import FormName, build_constraint

TEXT = {"type": "string"}
# Names that mean something to us: elsewhere paths may be absolute, and have spaces.
WRITE = ToolSpec(
    "write",
    "Writes.",
    {
        "type": "object",
        "properties": {"file_path": TEXT, "content": TEXT, "mode": {"type": "integer"}},
        "required": ["file_path", "content"],
    },
)
EDIT = ToolSpec(
    "edit",
    "Edits.",
    {
        "type": "object",
        "properties": {"file_path": TEXT, "old_string": TEXT, "new_string": TEXT},
        "required": ["file_path", "old_string", "new_string"],
    },
)
NOW = ToolSpec("now", "The time.", {"type": "object", "properties": {}})
PATH = "/tmp/my folder/a b.py"


def lark_of(form: FormName, *, must_call: bool, foreign: bool = True) -> str:
    held = build_constraint(
        form,
        tools=(WRITE, EDIT, NOW),
        specials=SPECIALS,
        choices=Choices(foreign=foreign),
        must_call=must_call,
    )
    assert held is not None
    assert held.trigger == (None if must_call else "<tool_call>")
    return held.lark


@pytest.mark.parametrize("form", ["hermes", "xml"])
def test_any_path_may_be_written(form: FormName) -> None:
    call = WRITERS[form].write("write", {"file_path": PATH, "content": "x = 1\n"})
    edit = WRITERS[form].write("edit", {"file_path": PATH, "old_string": "a", "new_string": "b"})
    wrong = WRITERS[form].write("write", {"file_path": PATH})
    lark = lark_of(form, must_call=False)
    assert accepts(lark, f"{call}</tool_call>")
    assert accepts(lark, f"{edit}</tool_call>")
    assert not accepts(lark, f"{wrong}</tool_call>")
    # Our own tool of this name is held to paths below the root.
    assert not accepts(lark_of(form, must_call=False, foreign=False), f"{call}</tool_call>")


@pytest.mark.parametrize("form", ["hermes", "xml"])
def test_an_answer_that_must_be_a_call_is_one(form: FormName) -> None:
    lark = lark_of(form, must_call=True)
    call = f"<tool_call>{WRITERS[form].write('now', {})}</tool_call>"
    assert accepts(lark, call)
    assert not accepts(lark, "It is late.")
    assert not accepts(lark, f"Well. {call}")
    assert not accepts(lark, f"{call}{call}")


def test_a_template_without_tools_gets_json_and_no_fence() -> None:
    lark = lark_of("fenced", must_call=True)
    arguments = {"file_path": PATH, "content": "x = 1\n"}
    call = json.dumps({"name": "write", "arguments": arguments})
    assert accepts(lark, f"<tool_call>\n{call}\n</tool_call>")
    fenced = f'{{"name": "write", "arguments": {{"file_path": "{PATH}"}}}}\n```\nx = 1\n```'
    assert not accepts(lark, f"<tool_call>\n{fenced}\n</tool_call>")
