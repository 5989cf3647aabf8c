"""The list of settings in docs/configuration.md, made from the settings themselves."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

import typer

from inhouse.cli import app
from inhouse.cli.root import PROMPT_COMMAND
from inhouse.settings import KEYS, SECURITY_KEYS, Key, Settings
from inhouse_tools.json_value import JsonValue

NOTES_FILE: Final = Path(__file__).with_name("configuration_notes.toml")
# Settings that nobody has put into a group yet.
FURTHER: Final = "Further settings"
KINDS: Final[Mapping[str, str]] = {
    "string": "text",
    "boolean": "`true` or `false`",
    "integer": "whole number",
    "number": "number",
    "array": "list of texts",
    "object": "named tables",
}
# What an example shows of a setting that has no default.
UNSET: Final[Mapping[str, JsonValue]] = {"boolean": True, "integer": 1, "number": 1, "string": ""}


def configuration_list() -> str:
    """All settings: a table of them, then a section for each."""
    parts: list[str] = []
    for group, keys in grouped().items():
        rows = [f"| [`{key.name}`](#{anchor(key)}) | {short(key.description)} |" for key in keys]
        parts.append("\n".join((f"**{group}**\n", "| setting | what it is |", "|---|---|", *rows)))
    for keys in grouped().values():
        parts += (section(key) for key in keys)
    return "\n\n".join(parts) + "\n"


@cache
def notes() -> Mapping[str, Any]:
    """What is added by hand; of any form, hence Any."""
    return tomllib.loads(NOTES_FILE.read_text(encoding="utf-8"))


def grouped() -> Mapping[str, tuple[Key, ...]]:
    """All keys by group. One that is in no group comes last, so that none is lost."""
    groups = {name: tuple(KEYS[key] for key in keys) for name, keys in notes()["groups"].items()}
    known = {key.name for keys in groups.values() for key in keys}
    rest = tuple(key for key in KEYS.values() if key.name not in known)
    return {**groups, FURTHER: rest} if rest else groups


def section(key: Key) -> str:
    """One setting: what it does, and a table of what can be written where."""
    note = notes()["notes"].get(key.name, {})
    rows = (
        ("value", value_text(schema_of(key))),
        ("default", note.get("default") or default_text(key)),
        ("set by", ", ".join(places(key))),
        ("example", f"`{example(key)}`"),
    )
    table = "\n".join(f"| {name} | {cell(text)} |" for name, text in rows)
    more = f"\n\n{note['more']}" if "more" in note else ""
    return f"### `{key.name}`\n\n{sentence(key.description)}{more}\n\n| | |\n|---|---|\n{table}"


def anchor(key: Key) -> str:
    """Where GitHub puts a section."""
    return key.name.replace(".", "")


def short(text: str) -> str:
    """A description in a cell of the table."""
    return cell(text)


def cell(text: str) -> str:
    """A text that does not end a cell."""
    return text.replace("|", "\\|")


def sentence(text: str) -> str:
    """A description with a capital and a full stop."""
    first = text if text.startswith(("chatml", "LoRA")) else text[:1].upper() + text[1:]
    return f"{first}."


def schema_of(key: Key) -> Mapping[str, Any]:
    """What pydantic says of a key's values, as JSON Schema."""
    whole = Settings.model_json_schema()
    fields = whole["properties"]
    if key.name in fields:
        return cast("Mapping[str, Any]", fields[key.name])
    table, _, name = key.name.partition(".")
    return cast("Mapping[str, Any]", whole["$defs"][table.capitalize()]["properties"][name])


def value_text(schema: Mapping[str, Any]) -> str:
    """The type and the range of a value, in words."""
    schema = plain(schema)
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"] if one)
    return "".join((KINDS[schema["type"]], *range_of(schema)))


def range_of(schema: Mapping[str, Any]) -> Iterator[str]:
    """The limits of a number."""
    if "minimum" in schema:
        yield f", at least {schema['minimum']:g}"
    if "exclusiveMinimum" in schema:
        yield f", more than {schema['exclusiveMinimum']:g}"
    if "maximum" in schema:
        yield f", at most {schema['maximum']:g}"


def default_text(key: Key) -> str:
    """The default as it would be written."""
    return f"`{written(key.default)}`" if key.default not in (None, "", [], {}) else "none"


def written(value: JsonValue) -> str:
    """A plain value as TOML writes it, which is JSON here; whole numbers without a dot."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value)


def example(key: Key) -> str:
    """A line for a settings file."""
    return notes()["notes"].get(key.name, {}).get("example") or first_example(key)


def first_example(key: Key) -> str:
    """A line that holds the default, or the first value there is."""
    schema = plain(schema_of(key))
    choices = [one for one in schema.get("enum", ()) if one]
    given = choices[0] if choices else UNSET[schema["type"]]
    return f"{key.name} = {written(given if key.default in (None, '') else key.default)}"


def plain(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema without the possibility that nothing is set."""
    kinds = schema.get("anyOf", (schema,))
    return next(one for one in kinds if one.get("type") != "null")


def places(key: Key) -> Iterator[str]:
    """Where a setting may be set, from the weakest to the strongest."""
    yield "you"
    if key.name not in SECURITY_KEYS:
        yield "a trusted repository"
    yield f"`{key.variable}`"
    flags = flags_of().get(key.name)
    if flags:
        yield flags


@cache
def flags_of() -> Mapping[str, str]:
    """The flags of a prompt that stand for a setting, by its name."""
    prompt: Any = typer.main.get_command(app)
    parameters = prompt.commands[PROMPT_COMMAND].params
    options = ((one.name, (*one.opts, *one.secondary_opts)) for one in parameters)
    return {name: ", ".join(f"`{one}`" for one in opts) for name, opts in options if name in KEYS}
