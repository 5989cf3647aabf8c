"""Events as JSON and back, exactly; the journal and the JSON stream both use it."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, cast, get_args, get_origin, get_type_hints

from inhouse_agent.events import (
    Event,
    PrefillProgress,
    TextArrived,
    ThinkingArrived,
    ToolProgress,
)
from inhouse_tools.json_value import JsonValue

JsonObject = dict[str, JsonValue]
Decoder = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class CodecProblem:
    """Why something is not an event."""

    text: str


class _MismatchError(Exception):
    """A value is not of the type that its field has; never leaves this module."""


def type_name(event_type: type[Event]) -> str:
    """The name of an event in JSON: TurnStarted is "turn_started"."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", event_type.__name__).lower()


EVENT_TYPES: Final[Mapping[str, type[Event]]] = {
    type_name(event_type): event_type for event_type in get_args(Event)
}
# Pieces of what a later event holds whole.
DELTAS: Final = (PrefillProgress, TextArrived, ThinkingArrived, ToolProgress)


def is_journalled(event: Event) -> bool:
    """Whether an event is whole, and so part of a session."""
    return not isinstance(event, DELTAS)


def encode(event: Event) -> JsonObject:
    """The event's fields after its `type`."""
    return {"type": type_name(type(event)), **_encode_fields(event)}


def to_line(event: Event) -> str:
    """One line of JSON, in ASCII, so that any string survives."""
    return json.dumps(encode(event), separators=(",", ":"))


def decode(data: object) -> Event | CodecProblem:
    """The event that `encode` was given."""
    if not isinstance(data, dict):
        return CodecProblem("An event is a JSON object.")
    given = cast("dict[str, object]", data)
    event_type = EVENT_TYPES.get(str(given.get("type")))
    if event_type is None:
        return CodecProblem(f"There is no event named {given.get('type')!r}.")
    try:
        event: Event = _decoder(event_type)({k: v for k, v in given.items() if k != "type"})
    except _MismatchError as problem:
        return CodecProblem(f"{given.get('type')}: {problem}")
    return event


def _encode_fields(value: Any) -> JsonObject:
    return {field.name: _encode(getattr(value, field.name)) for field in fields(value)}


def _encode(value: Any) -> JsonValue:
    if is_dataclass(value):
        return _encode_fields(value)
    if isinstance(value, Mapping):
        mapping = cast("Mapping[str, Any]", value)
        return {key: _encode(item) for key, item in mapping.items()}
    if isinstance(value, (list, tuple)):
        return [_encode(item) for item in cast("tuple[Any, ...]", value)]
    return cast("JsonValue", value)


@cache
def _decoder(kind: Any) -> Decoder:
    """How a value of this type is read; fields that are missing keep their defaults."""
    origin, parameters = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return _object_decoder(cast("type[Any]", kind))
    if kind == JsonValue or origin is Mapping or getattr(origin, "__name__", "") == "Mapping":
        return _unchanged
    if origin is tuple:
        return _tuple_decoder(parameters)
    if origin in (UnionType, Union):
        (inner,) = [parameter for parameter in parameters if parameter is not NoneType]
        return lambda value: None if value is None else _decoder(inner)(value)
    if origin is Literal:
        return lambda value: _expect(value in parameters, value, "one of the known words")
    if kind is float:
        return lambda value: float(_expect(_is_number(value), value, "a number"))
    if kind is int:
        return lambda value: _expect(_is_whole(value), value, "a whole number")
    return lambda value: _expect(isinstance(value, kind), value, f"a {kind.__name__}")


def _object_decoder(kind: type[Any]) -> Decoder:
    hints = get_type_hints(kind)
    decoders = {field.name: _decoder(hints[field.name]) for field in fields(kind)}

    def read(value: Any) -> Any:
        _expect(isinstance(value, dict), value, "an object")
        given = cast("dict[str, Any]", value)
        try:
            known = {name: one(given[name]) for name, one in decoders.items() if name in given}
            return kind(**known)
        except TypeError as error:
            raise _MismatchError(str(error)) from error

    return read


def _tuple_decoder(parameters: tuple[Any, ...]) -> Decoder:
    repeated = parameters[-1] is Ellipsis

    def read(value: Any) -> Any:
        _expect(isinstance(value, list), value, "a list")
        items = cast("list[Any]", value)
        kinds = [parameters[0]] * len(items) if repeated else list(parameters)
        _expect(len(kinds) == len(items), value, f"a list of {len(kinds)}")
        return tuple(_decoder(kind)(item) for kind, item in zip(kinds, items, strict=True))

    return read


def _unchanged(value: Any) -> Any:
    return value


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return _is_whole(value) or isinstance(value, float)


def _expect(holds: bool, value: Any, wanted: str) -> Any:
    if not holds:
        raise _MismatchError(f"{str(value)[:40]!r} is not {wanted}")
    return value
