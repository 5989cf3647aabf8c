"""Reads a call that a model wrote as text, where the server did not read it itself.

Small models write calls as JSON in a code block, and some servers hand out `<tool_call>` as text.
"""

import json
import re
from collections.abc import Sequence
from typing import cast

from inhouse_models.chat import ToolCall, ToolSpec

MOST_CHARACTERS = 1_000_000
_TAGGED = re.compile(r"<tool_call>\s*(\{.*?\})\s*</tool_call>", re.DOTALL)
_FENCED = re.compile(r"```(?:json)?\s*\n(.*)\n\s*```", re.DOTALL)


def read_told_calls(text: str, tools: Sequence[ToolSpec]) -> tuple[ToolCall, ...]:
    """The calls that an answer consists of; none when it says anything else besides.

    An answer that only quotes a call has words around it, and stays text. A call names an offered
    tool, and its arguments are an object.
    """
    text = text.strip()
    if not tools or not text.endswith(("}", "```", "</tool_call>")) or len(text) > MOST_CHARACTERS:
        return ()
    tagged = _TAGGED.findall(text)
    if tagged and not _TAGGED.sub("", text).strip():
        written: list[str] = tagged
    else:
        fenced = _FENCED.fullmatch(text)
        written = [fenced[1] if fenced else text]
    names = {tool.name for tool in tools}
    calls = [_read_call(one, names, f"told-{place}") for place, one in enumerate(written, 1)]
    return tuple(call for call in calls if call) if all(calls) else ()


def _read_call(text: str, names: set[str], identity: str) -> ToolCall | None:
    try:
        data: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    call = cast("dict[str, object]", data)
    name, arguments = call.get("name"), call.get("arguments")
    if call.keys() != {"name", "arguments"} or name not in names or not isinstance(arguments, dict):
        return None
    return ToolCall(identity, str(name), json.dumps(arguments))
