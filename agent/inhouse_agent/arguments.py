"""Reads the arguments of a call as the model wrote them; mistakes become text it can read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from pydantic import BaseModel, ValidationError

from inhouse_agent.signature import signature
from inhouse_models.chat import ToolCall
from inhouse_tools.tool import Tool

MAX_ARGUMENT_CHARS: Final = 1_000_000
MAX_PROBLEMS: Final = 5
MAX_QUOTE: Final = 80


@dataclass(frozen=True, slots=True)
class BadCall:
    """Why a call cannot be run, for the model."""

    text: str


@dataclass(frozen=True, slots=True)
class GoodCall:
    """A call with its tool and its checked arguments."""

    tool: Tool[Any]
    args: BaseModel


def read_call(tools: Mapping[str, Tool[Any]], call: ToolCall) -> GoodCall | BadCall:
    """Finds the tool and checks the arguments."""
    tool = tools.get(call.name)
    if tool is None:
        name = shorten(call.name)
        return BadCall(f"There is no tool named {name!r}. The tools are: {', '.join(tools)}.")
    expected = f"Call it as {signature(tool)}."
    size = len(call.arguments)
    if size > MAX_ARGUMENT_CHARS:
        return BadCall(
            f"The arguments of {tool.name} have {size} characters, "
            f"at most {MAX_ARGUMENT_CHARS} are allowed. Do it in smaller steps."
        )
    data = _read_object(call.arguments)
    if isinstance(data, BadCall):
        return BadCall(f"The arguments of {tool.name} are {data.text} {expected}")
    try:
        args = cast("BaseModel", tool.args.model_validate(data))
    except ValidationError as error:
        return BadCall(f"{tool.name} was not run: {_explain(error)}. {expected}")
    return GoodCall(tool, args)


def shorten(text: str, limit: int = MAX_QUOTE) -> str:
    """One line of at most `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def given_arguments(call: ToolCall) -> Mapping[str, object]:
    """The arguments of a call as they were written, unchecked; none when they are no object."""
    given = _read_object(call.arguments)
    return {} if isinstance(given, BadCall) else given


def _read_object(arguments: str) -> dict[str, Any] | BadCall:
    twice: list[str] = []

    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        built = dict(pairs)
        if len(built) < len(pairs):
            names = [name for name, _ in pairs]
            twice.extend(name for name in built if names.count(name) > 1)
        return built

    try:
        data: object = json.loads(arguments or "{}", object_pairs_hook=build)
    except RecursionError:
        return BadCall("nested too deeply.")
    except ValueError as error:
        return BadCall(f"not valid JSON: {error}.")
    if twice:
        return BadCall(f"unclear: {shorten(', '.join(twice))} is given twice.")
    if not isinstance(data, dict):
        return BadCall(f"not a JSON object but {shorten(arguments)}.")
    return cast("dict[str, Any]", data)


def _explain(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    told = [
        f"{'.'.join(str(step) for step in one['loc']) or 'arguments'}: {one['msg']}"
        for one in problems[:MAX_PROBLEMS]
    ]
    more = len(problems) - len(told)
    return "; ".join(told) + (f"; and {more} more" if more else "")
