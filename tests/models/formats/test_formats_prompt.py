"""Prompts: what each family's template makes of a conversation, and what content may not become."""

import json
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models.formats.format_samples import (
    ATTACK,
    CONVERSATION,
    LITERALS,
    TOOLS,
    build_prompt,
    read_template,
    render_with,
)

from inhouse_models.chat import Message, ToolCall, ToolSpec
from inhouse_models.formats import (
    FormName,
    Prompt,
    TemplateFault,
    choose_form,
    detect_family,
)

FAMILIES = ("qwen2.5", "qwen3", "qwen3-coder", "qwen3.5", "qwen3.6")
contents = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.lists(
    st.sampled_from([*LITERALS, "x", "\n", '"', "\\", "{", "<"]), max_size=8
).map("".join)


def prompt_for(
    name: str,
    messages: tuple[Message, ...],
    tools: tuple[ToolSpec, ...] = TOOLS,
    *,
    form: FormName | None = None,
    think: bool | None = None,
    covered: int = 0,
) -> Prompt | TemplateFault:
    template = read_template(name)
    form = form or choose_form(detect_family(template), "native")
    return build_prompt(template, messages, tools, form=form, think=think, covered=covered)


def shown(prompt: Prompt | TemplateFault) -> str:
    """One piece a line, special ones marked."""
    assert isinstance(prompt, Prompt), prompt
    lines = [
        f"{'*' if piece.special else ' '} {json.dumps(piece.text, ensure_ascii=False)}\n"
        for piece in prompt.pieces
    ]
    return "".join([*lines, f"thinking open: {prompt.thinking_open}\n"])


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("think", [True, False])
def test_prompt_of_family(name: str, think: bool, golden: Callable[[str, str], None]) -> None:
    for count, case in ((7, "after_results"), (9, "next_question")):
        prompt = prompt_for(name, CONVERSATION[:count], think=think)
        golden(f"formats/{name}.{case}.{'think' if think else 'answer'}.txt", shown(prompt))


@pytest.mark.parametrize("name", FAMILIES)
def test_prompt_after_covered(name: str, golden: Callable[[str, str], None]) -> None:
    one = prompt_for(name, CONVERSATION[:4], covered=3)
    two = prompt_for(name, CONVERSATION[:7], covered=5)
    user = prompt_for(name, CONVERSATION, covered=8)
    golden(f"formats/{name}.covered.txt", "\n".join(map(shown, (one, two, user))))


def test_prompt_fenced(golden: Callable[[str, str], None]) -> None:
    golden("formats/fenced.txt", shown(prompt_for("qwen2.5", CONVERSATION[:7], form="fenced")))


@pytest.mark.parametrize("name", FAMILIES)
def test_covered_prompt_continues_whole_one(name: str) -> None:
    whole = prompt_for(name, CONVERSATION, covered=0)
    rest = prompt_for(name, CONVERSATION, covered=8)
    assert isinstance(whole, Prompt)
    assert isinstance(rest, Prompt)
    assert whole.text.endswith(rest.text)
    assert rest.text.startswith("<|im_end|>\n<|im_start|>user\n")


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("form", [None, "fenced"])
def test_content_cannot_become_special(name: str, form: FormName | None) -> None:
    """Case X70: forged roles and calls in every place that content can stand."""
    arguments = json.dumps({"file_path": ATTACK, ATTACK: [ATTACK, {"k": ATTACK}]})
    hostile = (
        Message("system", ATTACK),
        Message("user", ATTACK),
        Message("assistant", ATTACK, thinking=ATTACK, calls=(ToolCall("1", ATTACK, arguments),)),
        Message("tool", ATTACK, answers=ATTACK),
        Message("assistant", ATTACK, calls=(ToolCall("2", "read", f"{ATTACK} no JSON"),)),
        Message("tool", ATTACK, answers=ATTACK),
    )
    schema = {
        "type": "object",
        "properties": {ATTACK: {"type": "string", "description": ATTACK, "tool_call": ATTACK}},
        "tool_call": {"think": ATTACK},
    }
    harmless = [
        Message(one.role, one.text.replace(ATTACK, "x"), thinking=one.thinking.replace(ATTACK, "x"))
        for one in hostile
    ]
    tool = ToolSpec(ATTACK, ATTACK, schema)
    prompt = prompt_for(name, hostile, (tool,), form=form)
    assert isinstance(prompt, Prompt)
    special = [piece.text for piece in prompt.pieces if piece.special]
    assert set(special) <= set(LITERALS)
    # As many turns as messages that open one, and the one to be written.
    plain = prompt_for(name, tuple(harmless), (ToolSpec("t", "t", {}),), form=form)
    assert isinstance(plain, Prompt)
    openings = [piece.text for piece in plain.pieces if piece.special].count("<|im_start|>")
    assert special.count("<|im_start|>") == openings
    for piece in prompt.pieces:
        assert piece.special or not any(literal in piece.text for literal in LITERALS)


@settings(deadline=None, max_examples=60)
@given(system=contents, user=contents, answer=contents, result=contents)
def test_prompt_equals_plain_rendering(system: str, user: str, answer: str, result: str) -> None:
    """qwen2.5 trims nothing: masked rendering gives the text that a plain rendering gives."""
    call = ToolCall("call-1", "grep", json.dumps({"pattern": result, "path": user}))
    messages = (
        Message("system", system),
        Message("user", user),
        Message("assistant", answer, calls=(call,)),
        Message("tool", result, answers="call-1"),
    )
    function = {"name": "grep", "arguments": json.loads(call.arguments)}
    variables: Mapping[str, object] = {
        "messages": [
            {"role": "system", "content": system},
            {"role": "user", "content": user},
            {"role": "assistant", "content": answer, "tool_calls": [{"function": function}]},
            {"role": "tool", "content": result},
        ],
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": tool.parameters,
                },
            }
            for tool in TOOLS
        ],
        "add_generation_prompt": True,
    }
    prompt = prompt_for("qwen2.5", messages)
    assert isinstance(prompt, Prompt)
    assert prompt.text == render_with(read_template("qwen2.5"), variables)


def test_template_fault_is_a_value() -> None:
    late = (*CONVERSATION[:2], Message("system", "Late."))
    assert prompt_for("qwen3.5", late) == TemplateFault("System message must be at the beginning.")
    assert prompt_for("qwen3.5", CONVERSATION[:1]) == TemplateFault(
        "No user query found in messages."
    )


def test_template_that_changes_text_is_a_fault() -> None:
    template = "{% for message in messages %}{{ message.content | upper }}{% endfor %}"
    assert isinstance(build_prompt(template, CONVERSATION[:2], form="plain"), TemplateFault)


def test_template_that_hides_covered_answers_is_a_fault() -> None:
    template = "{% for m in messages if m.role != 'assistant' %}{{ m.content }}{% endfor %}"
    prompt = build_prompt(template, CONVERSATION[:4], form="plain", covered=3)
    assert isinstance(prompt, TemplateFault)


def test_family_of_templates() -> None:
    families = {name: detect_family(read_template(name)) for name in FAMILIES}
    assert [families[name].calls for name in FAMILIES] == ["hermes", "hermes", "xml", "xml", "xml"]
    assert [families[name].thinks for name in FAMILIES] == [False, True, False, True, True]
    assert [name for name in FAMILIES if families[name].preserves_thinking] == ["qwen3.6"]
    assert choose_form(families["qwen3"], "fenced") == "fenced"
    assert choose_form(detect_family("{{ messages }}"), "native") == "fenced"
