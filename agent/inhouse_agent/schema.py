"""Schemas of tool arguments, made as short as they can be without losing meaning."""

from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel

Schema = dict[str, Any]
# Names of arguments stand below these keys, where "title" or "default" would be an argument.
NAMED = frozenset({"properties"})
DROPPED = frozenset({"title", "default", "$defs"})


def argument_schema(args: type[BaseModel], *, descriptions: bool = True) -> Schema:
    """The JSON schema of the arguments: no titles, defaults or references, order kept."""
    whole = args.model_json_schema()
    definitions = cast("Schema", whole.get("$defs", {}))
    dropped = DROPPED if descriptions else DROPPED | {"description"}
    slim = _slim(whole, definitions, dropped)
    slim.pop("description", None)
    return slim


def signature(name: str, args: type[BaseModel]) -> str:
    """One line that shows how a tool is called: `read(file_path: string, limit?: integer)`."""
    schema = argument_schema(args, descriptions=False)
    required = set(schema.get("required", ()))
    properties = cast("Mapping[str, Schema]", schema.get("properties", {}))
    written = [
        f"{field}{'' if field in required else '?'}: {_type_name(kind)}"
        for field, kind in properties.items()
    ]
    return f"{name}({', '.join(written)})"


def _type_name(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(f'"{choice}"' for choice in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(_type_name(choice) for choice in schema["anyOf"])
    if schema.get("type") == "array" and "items" in schema:
        return f"list of {_type_name(schema['items'])}"
    return str(schema.get("type", "any"))


def _slim(schema: Schema, definitions: Schema, dropped: frozenset[str]) -> Schema:
    schema = _resolve(schema, definitions)
    slim: Schema = {}
    for key, value in schema.items():
        if key in dropped:
            continue
        if key in NAMED:
            fields = cast("Mapping[str, Schema]", value)
            slim[key] = {name: _slim(field, definitions, dropped) for name, field in fields.items()}
        elif isinstance(value, dict):
            slim[key] = _slim(cast("Schema", value), definitions, dropped)
        elif isinstance(value, list):
            items = cast("list[Any]", value)
            slim[key] = [
                _slim(cast("Schema", item), definitions, dropped)
                if isinstance(item, dict)
                else item
                for item in items
            ]
        else:
            slim[key] = value
    return slim


def _resolve(schema: Schema, definitions: Schema) -> Schema:
    """Puts a definition in the place of its reference, and X in the place of "X or null"."""
    reference = schema.get("$ref")
    if isinstance(reference, str):
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        target = cast("Schema", definitions[reference.rpartition("/")[2]])
        return _resolve({**target, **rest}, definitions)
    choices = cast("list[Schema]", schema.get("anyOf", []))
    kept = [choice for choice in choices if choice.get("type") != "null"]
    if len(kept) == 1 and len(choices) > 1:
        rest = {key: value for key, value in schema.items() if key != "anyOf"}
        return _resolve({**kept[0], **rest}, definitions)
    return schema
