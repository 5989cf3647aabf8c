"""What a call was given, read from its arguments as the model wrote them."""

import json
from collections.abc import Mapping
from typing import cast

from inhouse_agent.events import ToolStarted


def arguments_of(started: ToolStarted) -> Mapping[str, object]:
    """The arguments by name; none when they are no JSON object."""
    try:
        arguments: object = json.loads(started.arguments)
    except (ValueError, RecursionError):
        return {}
    return cast("Mapping[str, object]", arguments) if isinstance(arguments, dict) else {}


def text_of(arguments: Mapping[str, object], name: str) -> str:
    """An argument that is a text; empty when there is none."""
    given = arguments.get(name)
    return given if isinstance(given, str) else ""
