"""The messages and tools of a chat completion, as OpenAI shapes them."""

import json
from collections.abc import Mapping
from typing import Any, Literal

from inhouse_models.chat import Message, Role, ToolCall, ToolSpec
from inhouse_models.serving.fields import Fields

ROLES: Mapping[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
}
NO_PARAMETERS: Mapping[str, object] = {"type": "object", "properties": {}}
Choice = Literal["auto", "none", "required"]
MOST_TOOLS = 256


def read_messages(fields: Fields) -> tuple[Message, ...]:
    """The conversation. It carries text, images and calls; never token ids. Raises FieldError."""
    messages = tuple(_read_message(one) for one in fields.objects("messages"))
    if not messages:
        raise fields.wrong("messages", "is missing or empty")
    return messages


def _read_message(fields: Fields) -> Message:
    role = fields.text("role")
    if role not in ROLES:
        raise fields.wrong("role", f"has to be one of {', '.join(ROLES)}")
    text, images = _read_content(fields)
    return Message(
        ROLES[role],
        text,
        images,
        thinking=fields.text("reasoning_content") or fields.text("reasoning"),
        calls=tuple(_read_call(call) for call in fields.objects("tool_calls")),
        answers=fields.text("tool_call_id"),
    )


def _read_content(fields: Fields) -> tuple[str, tuple[str, ...]]:
    content = fields.get("content")
    if content is None or isinstance(content, str):
        return content or "", ()
    texts: list[str] = []
    images: list[str] = []
    for part in fields.objects("content"):
        kind = part.text("type")
        if kind in ("text", "refusal"):
            texts.append(part.text(kind))
        elif kind == "image_url":
            images.append(_read_image(part))
        else:
            raise part.wrong("type", f"is {kind!r}; texts and images (image_url) are read here")
    return "".join(texts), tuple(images)


def _read_image(part: Fields) -> str:
    url = part.get("image_url")
    if not isinstance(url, str):
        inner = part.inner("image_url")
        url = inner.text("url") if inner else ""
    if not url.startswith("data:"):
        raise part.wrong("image_url", "has to be a data URL: nothing is fetched from a network")
    return url


def _read_call(fields: Fields) -> ToolCall:
    function = _function_of(fields)
    arguments: object = function.get("arguments")
    if isinstance(arguments, dict):
        # Some clients send what they have parsed.
        arguments = json.dumps(arguments)
    elif arguments is not None and not isinstance(arguments, str):
        raise function.wrong("arguments", "has to be JSON in a text")
    return ToolCall(fields.text("id"), function.required_text("name"), arguments or "{}")


def _function_of(fields: Fields) -> Fields:
    if fields.text("type", "function") != "function":
        raise fields.wrong("type", "has to be function")
    function = fields.inner("function")
    if function is None:
        raise fields.wrong("function", "is missing")
    return function


def read_tools(fields: Fields) -> tuple[ToolSpec, ...]:
    """The functions that the model may call. Raises FieldError."""
    tools = tuple(_read_tool(_function_of(one)) for one in fields.objects("tools"))
    if len(tools) > MOST_TOOLS:
        raise fields.wrong("tools", f"has more than {MOST_TOOLS} tools")
    return tools


def _read_tool(function: Fields) -> ToolSpec:
    parameters: Mapping[str, Any] = NO_PARAMETERS
    if function.get("parameters") is not None:
        parameters = function.schema("parameters")
    name = function.required_text("name")
    return ToolSpec(name, function.text("description"), parameters)


def read_choice(
    fields: Fields, tools: tuple[ToolSpec, ...]
) -> tuple[Choice, tuple[str, ...] | None]:
    """What `tool_choice` says, and the tools that it names, None for all. Raises FieldError."""
    value = fields.get("tool_choice")
    if value is None or isinstance(value, str):
        choice, allowed = value or "auto", None
    else:
        choice, allowed = _read_named(fields)
    if choice not in ("auto", "none", "required"):
        raise fields.wrong("tool_choice", "has to be auto, none, required, or name a function")
    known = {tool.name for tool in tools}
    unknown = [name for name in allowed or () if name not in known]
    if unknown or (choice == "required" and not tools):
        raise fields.wrong("tool_choice", f"wants {', '.join(unknown) or 'tools'}; not in tools")
    return choice, allowed


def _read_named(fields: Fields) -> tuple[str, tuple[str, ...]]:
    named = fields.inner("tool_choice")
    if named is None or named.text("type") not in ("function", "allowed_tools"):
        raise fields.wrong("tool_choice", "has to be auto, none, required, or name a function")
    if named.text("type") == "function":
        return "required", (_function_of(named).required_text("name"),)
    several = named.inner("allowed_tools")
    if several is None:
        raise named.wrong("allowed_tools", "is missing")
    names = tuple(_function_of(one).required_text("name") for one in several.objects("tools"))
    return several.text("mode", "auto"), names
