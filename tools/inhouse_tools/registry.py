"""The tools that come with inhouse, and what a model is told of each."""

from collections.abc import Mapping
from typing import Any, cast

from inhouse_tools import bash, plan
from inhouse_tools.editing import edit, rename_symbol, replace_symbol, write
from inhouse_tools.reading import read, symbols
from inhouse_tools.search import glob, grep
from inhouse_tools.tool import Tool

# Where replace_symbol takes a new name, there is no other tool to rename with.
LARGE = (
    "read",
    "edit",
    "write",
    "replace_symbol",
    "grep",
    "glob",
    "symbols",
    "bash",
    "plan",
)
# A small model is shown the list of files at the start, so it has no tool to find them by name.
SMALL = ("read", "grep", "write", "replace_symbol", "rename_symbol", "bash")
# Tools that change no file, offered in plan mode and until something was read.
CHANGING = ("edit", "write", "replace_symbol", "rename_symbol")
LOOKING = ("read", "grep", "glob", "symbols", "plan")

NEVER_SAID = frozenset({"title", "additionalProperties", "large"})
SMALL_UNSAID = frozenset({"description", "default"})


def builtin_tools() -> dict[str, Tool[Any]]:
    """Every tool by name, in the order in which models are told of them."""
    tools: tuple[Tool[Any], ...] = (
        read.TOOL,
        edit.TOOL,
        write.TOOL,
        replace_symbol.TOOL,
        rename_symbol.TOOL,
        grep.TOOL,
        glob.TOOL,
        symbols.TOOL,
        bash.TOOL,
        plan.TOOL,
    )
    return {tool.name: tool for tool in tools}


def parameters(tool: Tool[Any], small: bool = False) -> dict[str, object]:
    """The JSON schema of a tool's arguments, without words that a model does not need.

    For a small model what is said of single arguments is left out as well, and so are arguments
    marked as "large"; one that may be left out only for their sake is marked "large": "optional".
    """
    schema = tool.args.model_json_schema()
    properties = cast("Mapping[str, Mapping[str, object]]", schema.get("properties", {}))
    if small and properties:
        kept = {name: said for name, said in properties.items() if said.get("large") is not True}
        needed = [name for name, said in kept.items() if "large" in said]
        schema["properties"] = kept
        if needed:
            schema["required"] = [*schema.get("required", ()), *needed]
    definitions = cast("Mapping[str, object]", schema.pop("$defs", {}))
    dropped = NEVER_SAID | SMALL_UNSAID if small else NEVER_SAID
    lean = cast("dict[str, object]", _lean(schema, definitions, dropped))
    lean.pop("description", None)
    return lean


def _lean(node: object, definitions: Mapping[str, object], dropped: frozenset[str]) -> object:
    if isinstance(node, list):
        return [_lean(item, definitions, dropped) for item in cast("list[object]", node)]
    if not isinstance(node, dict):
        return node
    fields = cast("dict[str, object]", node)
    if "$ref" in fields:
        name = str(fields["$ref"]).rpartition("/")[2]
        inner = cast("dict[str, object]", _lean(definitions[name], definitions, dropped))
        inner.pop("description", None)
        return inner
    if "anyOf" in fields:
        # An optional argument is a string that may be left out.
        choices = cast("list[dict[str, object]]", fields["anyOf"])
        given = next(choice for choice in choices if choice.get("type") != "null")
        said = {key: fields[key] for key in fields if key not in {"anyOf", "default"}}
        fields = {**said, **given}
    result: dict[str, object] = {}
    for key, value in fields.items():
        if key == "properties":
            properties = cast("dict[str, object]", value)
            result[key] = {
                name: _lean(inner, definitions, dropped) for name, inner in properties.items()
            }
        elif key not in dropped:
            result[key] = _lean(value, definitions, dropped)
    return result
