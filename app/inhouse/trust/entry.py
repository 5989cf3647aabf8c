"""One decision of the person about one folder, as a line of the list on disk."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal, cast, get_args

Decision = Literal["trusted", "untrusted"]
# The path stands first, so that a torn line still says which folder is not to be trusted.
_TORN = re.compile(r'\{"path": ("/(?:[^"\\]|\\.)*"), "decision": "untrusted"')


@dataclass(frozen=True, slots=True)
class Entry:
    """`path` is absolute and resolved. A trusted one holds for the repository of this `identity`,
    and for what the person has `agreed` to: digests of findings by key."""

    path: str
    decision: Decision
    identity: str = ""
    agreed: Mapping[str, str] = field(default_factory=dict[str, str])


def encode(entry: Entry) -> str:
    """The line of an entry, without its end."""
    return json.dumps(asdict(entry))


def decode(line: str) -> Entry | None:
    """The entry of a line; None when it holds none."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    values = cast("dict[str, object]", data)
    path, decision = values.get("path"), values.get("decision")
    identity, agreed = values.get("identity"), values.get("agreed")
    if not (isinstance(path, str) and path.startswith("/") and decision in get_args(Decision)):
        return None
    if not (isinstance(identity, str) and isinstance(agreed, dict)):
        return None
    digests = cast("dict[object, object]", agreed)
    if not all(isinstance(part, str) for pair in digests.items() for part in pair):
        return None
    return Entry(path, cast("Decision", decision), identity, cast("dict[str, str]", digests))


def read_torn(line: str) -> Entry | None:
    """The folder that a damaged line marks as untrusted, if it can be read."""
    found = _TORN.search(line)
    if found is None:
        return None
    try:
        return Entry(str(json.loads(found[1])), "untrusted")
    except ValueError:
        return None
