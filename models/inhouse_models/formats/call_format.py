"""The seam between the answer of a model and the calls in it: one way to write a tool call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from inhouse_models.chat import ToolSpec
from inhouse_models.formats.json_values import is_object, strings_of

OPEN = "<tool_call>"
CLOSE = "</tool_call>"


@dataclass(frozen=True, slots=True)
class ParsedCall:
    """A call as read from text; `arguments` is JSON text of an object."""

    name: str
    arguments: str


class CallFormat(Protocol):
    """One way to write a tool call between `<tool_call>` and `</tool_call>`."""

    def prompt(self, tools: Sequence[ToolSpec]) -> str | None:
        """What the system message says of the tools; None when the template says it."""
        ...

    def write(self, name: str, arguments: Mapping[str, object]) -> str:
        """The text between the two marks for this call."""
        ...

    def read(self, text: str, tools: Sequence[ToolSpec]) -> ParsedCall | None:
        """The call in the text between the two marks; None when it is not a whole call."""
        ...

    def name(self, text: str) -> str:
        """The tool that a broken call names, empty when it names none."""
        ...


def properties_of(tool: ToolSpec) -> Mapping[str, Mapping[str, object]]:
    """The schema of each parameter of a tool, in the tool's order."""
    properties = tool.parameters.get("properties")
    if not is_object(properties):
        return {}
    return {name: value if is_object(value) else {} for name, value in properties.items()}


def required_of(tool: ToolSpec) -> frozenset[str]:
    """The names of the parameters that every call must have."""
    return frozenset(strings_of(tool.parameters.get("required")))
