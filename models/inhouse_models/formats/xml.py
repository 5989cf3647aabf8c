"""Tool calls as tags around raw values, as Qwen3-Coder and Qwen3.5 were trained to write them."""

import re
from collections.abc import Mapping, Sequence

from inhouse_models.chat import ToolSpec
from inhouse_models.formats.call_format import ParsedCall, properties_of
from inhouse_models.formats.json_values import (
    is_array,
    is_object,
    read_json,
    strings_of,
    write_json,
)

FUNCTION = re.compile(r"\s*<function=([^>\n]*)>")
PARAMETER = re.compile(r"\s*<parameter=([^>\n]*)>\n?")
# A value may hold the closing tag itself; the real one is followed by more of the call.
VALUE_END = re.compile(r"\n?</parameter>(?=\s*(?:<parameter=|</function>|$))")
FUNCTION_END = re.compile(r"\s*</function>")


class XmlFormat:
    """`<function=read>`, then `<parameter=file_path>`, the value on its own lines, and so on."""

    def prompt(self, tools: Sequence[ToolSpec]) -> str | None:
        """None: the template describes the tools."""
        del tools
        return None

    def write(self, name: str, arguments: Mapping[str, object]) -> str:
        """The text between the two marks for this call."""
        parameters = [
            f"<parameter={key}>\n{write_value(value)}\n</parameter>\n"
            for key, value in arguments.items()
        ]
        return f"\n<function={name}>\n{''.join(parameters)}</function>\n"

    def read(self, text: str, tools: Sequence[ToolSpec]) -> ParsedCall | None:
        """The call in the text between the two marks; None when it is not a whole call."""
        function = FUNCTION.match(text)
        if function is None:
            return None
        name = function[1].strip()
        tool = next((tool for tool in tools if tool.name == name), None)
        schemas: Mapping[str, Mapping[str, object]] = properties_of(tool) if tool else {}
        arguments: dict[str, object] = {}
        place = function.end()
        while parameter := PARAMETER.match(text, place):
            end = VALUE_END.search(text, parameter.end() - 1)
            if end is None:
                return None
            key = parameter[1].strip()
            value = text[parameter.end() : end.start()]
            arguments[key] = read_value(value, schemas.get(key, {}))
            place = end.end()
        if FUNCTION_END.match(text, place) is None:
            return None
        return ParsedCall(name, write_json(arguments))

    def name(self, text: str) -> str:
        """The tool that a broken call names, empty when it names none."""
        match = FUNCTION.match(text)
        return match[1].strip() if match else ""


def write_value(value: object) -> str:
    """A value as it stands between its tags: text raw, everything else as JSON."""
    return value if isinstance(value, str) else write_json(value)


def read_value(text: str, schema: Mapping[str, object]) -> object:
    """The value of a parameter. What does not fit its schema stays text, for the tool to refuse."""
    types = value_types(schema)
    if not types or "string" in types:
        return text
    word = text.strip()
    if word in {"True", "False", "None"}:  # templates write these words the way Python does
        word = {"True": "true", "False": "false", "None": "null"}[word]
    value = read_json(word)
    return text if value is None and word != "null" else value


def value_types(schema: Mapping[str, object]) -> frozenset[str]:
    """The JSON types a schema allows by name; empty when it does not say."""
    kind = schema.get("type")
    if isinstance(kind, str):
        return frozenset({kind})
    if is_array(kind):
        return frozenset(strings_of(kind))
    branches = schema.get("anyOf") or schema.get("oneOf")
    if is_array(branches):
        kinds = [value_types(branch) for branch in branches if is_object(branch)]
        return frozenset(name for names in kinds for name in names)
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if is_array(values) and all(isinstance(value, str) for value in values):
        return frozenset({"string"})
    return frozenset()
