"""Tool calls as one JSON object, as Qwen2.5 and Qwen3 were trained to write them."""

import re
from collections.abc import Mapping, Sequence

from inhouse_models.chat import ToolSpec
from inhouse_models.formats.call_format import ParsedCall
from inhouse_models.formats.json_values import is_object, read_json, split_json, write_json

NAME = re.compile(r'"name"\s*:\s*"([^"]*)"')


class HermesFormat:
    """`{"name": "read", "arguments": {"file_path": "a.py"}}`."""

    def prompt(self, tools: Sequence[ToolSpec]) -> str | None:
        """None: the template describes the tools."""
        del tools
        return None

    def write(self, name: str, arguments: Mapping[str, object]) -> str:
        """The text between the two marks for this call."""
        return f"\n{write_head(name, arguments)}\n"

    def read(self, text: str, tools: Sequence[ToolSpec]) -> ParsedCall | None:
        """The call in the text between the two marks; None when it is not a whole call."""
        del tools
        head, _ = read_head(text)
        return ParsedCall(head[0], write_json(head[1])) if head else None

    def name(self, text: str) -> str:
        """The tool that a broken call names, empty when it names none."""
        match = NAME.search(text)
        return match[1] if match else ""


def write_head(name: str, arguments: Mapping[str, object]) -> str:
    """The JSON object of a call."""
    return write_json({"name": name, "arguments": arguments})


def read_head(text: str) -> tuple[tuple[str, Mapping[str, object]] | None, str]:
    """Name and arguments of the JSON call a text starts with, and what follows it.

    Arguments may also come as JSON text in a string.
    """
    call, rest = split_json(text)
    if not is_object(call) or not isinstance(name := call.get("name"), str):
        return None, text
    arguments = call.get("arguments", {})
    if isinstance(arguments, str):
        arguments = read_json(arguments)
    return ((name, arguments) if is_object(arguments) else None), rest
