"""The seam between what a call says and its characters: grammar of names, strings and values."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from inhouse_models.chat import ToolSpec
from inhouse_models.formats.call_format import properties_of
from inhouse_models.formats.json_values import escape_json, is_array, write_json
from inhouse_models.formats.lark import Field, Grammar, json_object, json_value, one_of, quote
from inhouse_models.formats.passage import Passage, json_passage, raw_passage
from inhouse_models.formats.xml import value_types, write_value

VALUE_CLOSE = "</parameter>\n"
VALUE_END = f"\n{VALUE_CLOSE}"


class Spelling(Protocol):
    """How calls are written. Expressions of a value include what ends it."""

    def call(self, name: str, fields: Sequence[Field]) -> str:
        """A whole call, with the line ends around it."""
        ...

    def later(self, key: str) -> str:
        """What stands before the value of a parameter that is not the first."""
        ...

    def literal(self, text: str) -> str:
        """This string as a value."""
        ...

    def string(self, terminal: str) -> str:
        """A string whose characters, as they are spelled, are a terminal."""
        ...

    def escape(self, text: str) -> str:
        """Characters of a string as they are spelled."""
        ...

    def switch(self, on: bool) -> str:
        """This truth value."""
        ...

    def holds(self, text: str) -> bool:
        """Whether a passage of this text can stand in a call."""
        ...

    def passage(self, grammar: Grammar, text: str, name: str) -> Passage:
        """Runs of whole lines of a text."""
        ...

    def value(self, grammar: Grammar, tool: ToolSpec, place: int, key: str) -> str:
        """Any value that the schema of a parameter allows; `place` tells the tools apart."""
        ...


class JsonSpelling:
    """`{"name": "read", "arguments": {"file_path": "a.py"}}`."""

    def call(self, name: str, fields: Sequence[Field]) -> str:
        """A whole call, with the line ends around it."""
        start = quote('\n{"name": ' + write_json(name) + ', "arguments": ')
        return f"{start} {json_object(fields)} {quote('}' + chr(10))}"

    def later(self, key: str) -> str:
        """Comma and key."""
        return quote(f', "{key}": ')

    def literal(self, text: str) -> str:
        """This string in its quotes."""
        return quote(write_json(text))

    def string(self, terminal: str) -> str:
        """A terminal in quotes."""
        return f'"\\"" {terminal} "\\""'

    def escape(self, text: str) -> str:
        """Characters as they stand between quotes."""
        return escape_json(text)

    def switch(self, on: bool) -> str:
        """The word of JSON."""
        return quote(write_json(on))

    def holds(self, text: str) -> bool:
        """Every text that is not blank."""
        return bool(text.strip())

    def passage(self, grammar: Grammar, text: str, name: str) -> Passage:
        """Lines between quotes, escaped."""
        inside = json_passage(grammar, text, name)
        return Passage(f'"\\"" {inside.once}', f'"\\"" {inside.any}')

    def value(self, grammar: Grammar, tool: ToolSpec, place: int, key: str) -> str:
        """JSON that follows the schema."""
        return schema_rule(grammar, tool, place, key)


class XmlSpelling:
    """`<function=read>`, then `<parameter=file_path>`, the value on its own lines, and so on."""

    def call(self, name: str, fields: Sequence[Field]) -> str:
        """A whole call, with the line ends around it."""
        parts = [f"{self.later(field.key)} {field.value}" for field in fields]
        shown = [
            part if field.required else f"({part})?"
            for part, field in zip(parts, fields, strict=True)
        ]
        return " ".join([quote(f"\n<function={name}>\n"), *shown, quote("</function>\n")])

    def later(self, key: str) -> str:
        """The opening tag, which is the same for the first parameter."""
        return quote(f"<parameter={key}>\n")

    def literal(self, text: str) -> str:
        """The string as it is, and the closing tag."""
        return quote(text + VALUE_END)

    def string(self, terminal: str) -> str:
        """A terminal and the closing tag."""
        return f"{terminal} {quote(VALUE_END)}"

    def escape(self, text: str) -> str:
        """Characters as they are."""
        return text

    def switch(self, on: bool) -> str:
        """The word, as JSON or as Python writes it."""
        return f"({quote(str(on).lower())} | {quote(str(on))}) {quote(VALUE_END)}"

    def holds(self, text: str) -> bool:
        """A text in which nothing looks like the end of a value."""
        return bool(text.strip()) and "</parameter>" not in text

    def passage(self, grammar: Grammar, text: str, name: str) -> Passage:
        """Lines as they are, and the closing tag."""
        return raw_passage(grammar, text, name, VALUE_CLOSE)

    def value(self, grammar: Grammar, tool: ToolSpec, place: int, key: str) -> str:
        """Raw text, a word, or JSON that follows the schema."""
        schema = properties_of(tool)[key]
        types = value_types(schema)
        values = schema.get("enum")
        if is_array(values) and values:
            return f"{one_of([quote(write_value(item)) for item in values])} {quote(VALUE_END)}"
        if not types or "string" in types:
            return raw_text(grammar)
        if types == frozenset({"boolean"}):
            return f'("true" | "false" | "True" | "False") {quote(VALUE_END)}'
        return f"{schema_rule(grammar, tool, place, key)} {quote(VALUE_END)}"


def raw_text(grammar: Grammar) -> str:
    """Any text up to the first end of a value."""
    return grammar.rule(f"raw[suffix={quote(VALUE_END)}]", "/(?s:.*)/")


def schema_rule(grammar: Grammar, tool: ToolSpec, place: int, key: str) -> str:
    """JSON for one parameter."""
    properties = properties_of(tool)
    definitions: Mapping[str, object] = {
        name: tool.parameters[name] for name in ("$defs", "definitions") if name in tool.parameters
    }
    name = f"value_{place}_{list(properties).index(key)}"
    return grammar.rule(name, json_value({**definitions, **properties[key]}))
