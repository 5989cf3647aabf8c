"""How a tool is called, in one line that a model can copy."""

from collections.abc import Mapping
from typing import Any, cast

from inhouse_tools.registry import parameters
from inhouse_tools.tool import Tool

Schema = Mapping[str, Any]


def signature(tool: Tool[Any]) -> str:
    """For example `read(file_path: string, limit?: integer)`."""
    schema: Schema = parameters(tool, small=True)
    required = cast("list[str]", schema.get("required", []))
    properties = cast("Mapping[str, Schema]", schema.get("properties", {}))
    written = [
        f"{name}{'' if name in required else '?'}: {_type_name(kind)}"
        for name, kind in properties.items()
    ]
    return f"{tool.name}({', '.join(written)})"


def _type_name(schema: Schema) -> str:
    if "enum" in schema:
        return " | ".join(f'"{choice}"' for choice in schema["enum"])
    if schema.get("type") == "array" and "items" in schema:
        return f"list of {_type_name(schema['items'])}"
    return str(schema.get("type", "any"))
