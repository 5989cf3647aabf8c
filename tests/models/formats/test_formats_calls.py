"""Calls: what is written is read back, what is broken is not a call."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models.formats.format_samples import TOOLS

from inhouse_models.formats.call_format import CallFormat, ParsedCall
from inhouse_models.formats.fenced import FencedFormat
from inhouse_models.formats.hermes import HermesFormat
from inhouse_models.formats.xml import XmlFormat

lines = st.lists(
    st.sampled_from(["x = 1", "```", "````", "```python", "</parameter>", "é", "", '"\\n'])
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=9)
).map("\n".join)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def read_back(form: CallFormat, name: str, arguments: dict[str, object]) -> object:
    call = form.read(form.write(name, arguments), TOOLS)
    assert call is not None
    assert call.name == name
    return json.loads(call.arguments)


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.text(max_size=9), json_values, max_size=4))
def test_hermes_round_trip(arguments: dict[str, object]) -> None:
    assert read_back(HermesFormat(), "any", arguments) == arguments


@settings(deadline=None, max_examples=60)
@given(lines, lines)
def test_fenced_round_trip(path: str, code: str) -> None:
    """Code comes back with a last newline; everything else as it was."""
    arguments: dict[str, object] = {"file_path": path, "content": code}
    whole = code if not code or code.endswith("\n") else code + "\n"
    assert read_back(FencedFormat(), "write", arguments) == {"file_path": path, "content": whole}


@settings(deadline=None, max_examples=60)
@given(lines, st.integers(), st.booleans())
def test_xml_round_trip(text: str, number: int, yes: bool) -> None:
    # The one thing raw tags cannot carry: a closing tag that more of a call follows.
    if re.search(r"</parameter>\s*($|<parameter=|</function>)", text):
        return
    steps = [{"text": text}]
    xml = XmlFormat()
    assert read_back(xml, "grep", {"pattern": text, "ignore_case": yes}) == {
        "pattern": text,
        "ignore_case": yes,
    }
    assert read_back(xml, "read", {"file_path": text, "limit": number}) == {
        "file_path": text,
        "limit": number,
    }
    assert read_back(xml, "plan", {"state": "done", "steps": steps})


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (HermesFormat(), '\n{"name": "read", "arguments": {"file_path": "a'),
        (HermesFormat(), '\n{"name": "read", "arguments": [1]}'),
        (HermesFormat(), "[" * 100_000),
        (HermesFormat(), "no call"),
        (XmlFormat(), "\n<function=read>\n<parameter=file_path>\na.py"),
        (XmlFormat(), "\n<function=read>\n<parameter=file_path>\na.py\n</parameter>\n"),
        (XmlFormat(), '{"name": "read"}'),
        (FencedFormat(), '\n{"name": "write", "arguments": {"file_path": "a"}}\n```\nx = 1\n'),
        (FencedFormat(), '\n{"name": "write", "argum'),
    ],
)
def test_broken_calls(form: CallFormat, text: str) -> None:
    assert form.read(text, TOOLS) is None


def test_calls_of_careless_models() -> None:
    hermes, xml, fenced = HermesFormat(), XmlFormat(), FencedFormat()
    as_text = '  {"name": "read", "arguments": "{\\"file_path\\": \\"a\\"}"} trailing'
    assert hermes.read(as_text, TOOLS) == ParsedCall("read", '{"file_path": "a"}')
    tight = (
        "<function=bash><parameter=command>ls</parameter>"
        "<parameter=timeout>x</parameter></function>"
    )
    assert xml.read(tight, TOOLS) == ParsedCall("bash", '{"command": "ls", "timeout": "x"}')
    python_words = "<function=grep>\n<parameter=ignore_case>\nTrue\n</parameter>\n</function>"
    assert xml.read(python_words, TOOLS) == ParsedCall("grep", '{"ignore_case": true}')
    tagged = '{"name": "write", "arguments": {"file_path": "a"}}\n\n```python title\nx\n```  \nBye.'
    assert fenced.read(tagged, TOOLS) == ParsedCall(
        "write", '{"file_path": "a", "content": "x\\n"}'
    )
    assert [form.name('{"name": "read", "arg') for form in (hermes, fenced)] == ["read", "read"]
    assert xml.name("\n<function=read>\n<para") == "read"
