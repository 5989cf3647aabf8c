"""What a chat template can do, read from its text."""

from dataclasses import dataclass
from typing import Literal

from inhouse_models.chat import CallForm

FormName = Literal["hermes", "xml", "fenced", "plain"]


@dataclass(frozen=True, slots=True)
class Family:
    """How models with this template speak.

    `calls`: the tool-call form the template teaches, "plain" when it knows no tools. `thinks`:
    it has thinking tokens. `thinking_switch`: `enable_thinking` turns them off.
    `preserves_thinking`: it can keep the thinking of earlier turns. `tool_role`: it renders
    messages of role tool.
    """

    calls: Literal["hermes", "xml", "plain"]
    thinks: bool
    thinking_switch: bool
    preserves_thinking: bool
    tool_role: bool


def detect_family(template: str) -> Family:
    """Read the family from the text of a Jinja template."""
    calls: Literal["hermes", "xml", "plain"] = "plain"
    if "<function=" in template:
        calls = "xml"
    elif "<tool_call>" in template:
        calls = "hermes"
    return Family(
        calls=calls,
        thinks="<think>" in template,
        thinking_switch="enable_thinking" in template,
        preserves_thinking="preserve_thinking" in template,
        tool_role='"tool"' in template or "'tool'" in template,
    )


def choose_form(family: Family, wish: CallForm) -> FormName:
    """The form calls are written in; a template that knows no tools is taught the fenced one."""
    if wish == "fenced" or family.calls == "plain":
        return "fenced"
    return family.calls
