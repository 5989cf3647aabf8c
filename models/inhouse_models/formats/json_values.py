"""Questions to values that came from JSON, answered in a way the type checker understands."""

import json
from collections.abc import Mapping, Sequence
from typing import TypeGuard

# Made once: every call of json.dumps with options of its own makes another.
WRITER = json.JSONEncoder(ensure_ascii=False)


def is_object(value: object) -> TypeGuard[Mapping[str, object]]:
    """Tell whether a JSON value is an object."""
    return isinstance(value, Mapping)


def is_array(value: object) -> TypeGuard[Sequence[object]]:
    """Tell whether a JSON value is an array."""
    return isinstance(value, list | tuple)


def strings_of(value: object) -> tuple[str, ...]:
    """The strings of a JSON array, none when it is something else."""
    return tuple(item for item in value if isinstance(item, str)) if is_array(value) else ()


def read_json(text: str) -> object:
    """The JSON value that a text is, None when it is none (or null)."""
    value, rest = split_json(text)
    return None if rest.strip() else value


def split_json(text: str) -> tuple[object, str]:
    """The JSON value that starts a text and what follows it; None and the text without one."""
    start = text.lstrip()
    try:
        value, end = json.JSONDecoder().raw_decode(start)
    except (ValueError, RecursionError):
        return None, text
    return value, start[end:]


def write_json(value: object) -> str:
    """JSON on one line with characters as they are, the way templates write it."""
    return WRITER.encode(value)


def escape_json(text: str) -> str:
    """Text as it stands between the quotes of a JSON string."""
    return write_json(text)[1:-1]
