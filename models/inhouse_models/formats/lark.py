"""Pieces of grammar text in llguidance's dialect of Lark."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from inhouse_models.formats.json_values import write_json

# One line, the separators that models write; a flexible grammar lets small models write spaces
# without end. Words of a schema that llguidance does not know are left to the tool to check.
JSON_STYLE = {
    "whitespace_flexible": False,
    "item_separator": ", ",
    "key_separator": ": ",
    "lenient": True,
}


@dataclass(slots=True)
class Grammar:
    """A grammar being written: named rules, each written once. Names in capitals are terminals."""

    specials: Collection[str]
    rules: dict[str, str] = field(default_factory=dict[str, str])

    def rule(self, name: str, body: str) -> str:
        """Add a rule unless it is there, and refer to it."""
        self.rules.setdefault(name, body)
        return name.split("[", 1)[0]

    def mark(self, literal: str) -> str:
        """A literal as the special token it is in this vocabulary, else as its characters."""
        return literal if literal in self.specials else quote(literal)

    def text(self) -> str:
        """The whole grammar."""
        return "".join(f"{name}: {body}\n" for name, body in self.rules.items())


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a JSON object: the value is an expression."""

    key: str
    value: str
    required: bool


def quote(text: str) -> str:
    """A literal of Lark."""
    return write_json(text)


def one_of(expressions: Sequence[str]) -> str:
    """Alternatives in brackets."""
    return f"({' | '.join(expressions)})"


def json_value(schema: Mapping[str, object]) -> str:
    """An expression for JSON that follows a schema."""
    return "%json " + json.dumps({"x-guidance": JSON_STYLE, **schema})


def chunks_in_order(chunks: Sequence[str]) -> str:
    """A terminal's expression for any number of these that follow one another, or nothing."""
    return "%regex " + write_json({"substring_chunks": list(chunks)})


def json_object(fields: Sequence[Field]) -> str:
    """An expression for an object: fields in this order, optional ones may be left out."""
    ways: list[str] = []
    for place, first in enumerate(fields):
        parts = [quote("{" + write_json(first.key) + ": "), first.value]
        for later in fields[place + 1 :]:
            part = f"{quote(', ' + write_json(later.key) + ': ')} {later.value}"
            parts.append(part if later.required else f"({part})?")
        ways.append(" ".join([*parts, quote("}")]))
        if first.required:
            break
    else:
        ways.append(quote("{}"))
    return one_of(ways)
