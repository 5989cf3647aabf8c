"""Has the model read a change and point at lines: only lines of the change are listened to."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

from inhouse_agent.answer import ask_once
from inhouse_agent.kit import Emit
from inhouse_models.chat import Message, ModelClient, ModelError, Request

Severity = Literal["bug", "risk", "style"]

SYSTEM: Final = (
    "You review a change of one file. Each line has its number in the new file; + is new, - is "
    "gone. Answer with a JSON object: findings is a list, empty when nothing is wrong. Name only "
    "real problems of the new lines: line (its number), severity (bug: it is wrong; risk: it may "
    "go wrong; style: it is hard to read) and text, one sentence that says what is wrong and what "
    "to do instead. Do not praise and do not describe the change."
)
SCHEMA: Final[Mapping[str, object]] = {
    "type": "object",
    "properties": {
        "findings": {
            "type": "array",
            "maxItems": 10,
            "items": {
                "type": "object",
                "properties": {
                    "line": {"type": "integer"},
                    "severity": {"enum": [*get_args(Severity)]},
                    "text": {"type": "string", "maxLength": 300},
                },
                "required": ["line", "severity", "text"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["findings"],
    "additionalProperties": False,
}
HUNK: Final = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)")
MOST_ANSWER: Final = 1200
MOST_LINES: Final = 400
CUT: Final = "… the rest of this change is left out"


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem at a line of a file, as the new file counts them."""

    path: str
    line: int
    severity: Severity
    text: str


@dataclass(frozen=True, slots=True)
class NumberedDiff:
    """A diff as the model reads it, and the numbers of its new lines.

    `cut` says that only the beginning of it fits.
    """

    text: str
    new: frozenset[int]
    cut: bool = False


async def review_file(
    client: ModelClient, emit: Emit, path: str, diff: str, about: str = ""
) -> tuple[Finding, ...] | ModelError:
    """What is wrong in one file of a change. `about` is what the person wants looked at.

    A finding that points at no new line is not taken: it is about something else, or invented.
    """
    numbered = number_lines(diff)
    if not numbered.new:
        return ()
    wanted = f"\n\nLook above all at: {about}" if about else ""
    asked = f"The change of {path}:\n\n{numbered.text}{wanted}"
    messages = (Message("system", SYSTEM), Message("user", asked))
    request = Request(messages, max_tokens=MOST_ANSWER, think=False, schema=SCHEMA)
    finish = await ask_once(client, emit, request)
    if finish.error is not None:
        return finish.error
    found = dict.fromkeys(_read(path, finish.message.text))
    return tuple(finding for finding in found if finding.line in numbered.new)


def number_lines(diff: str) -> NumberedDiff:
    """A unified diff of one file, each line with its number in the new file."""
    lines: list[str] = []
    new: set[int] = set()
    number = 0
    for line in diff.splitlines():
        hunk = HUNK.match(line)
        if hunk is not None:
            number = int(hunk[1])
            lines.append("")
        elif not number or line.startswith("\\"):
            continue
        elif line.startswith("-"):
            lines.append(f"      {line}")
        else:
            if line.startswith("+"):
                new.add(number)
            lines.append(f"{number:5} {line}")
            number += 1
        if len(lines) >= MOST_LINES:
            return NumberedDiff("\n".join([*lines, CUT]).strip("\n"), frozenset(new), cut=True)
    return NumberedDiff("\n".join(lines).strip("\n"), frozenset(new))


def _read(path: str, answer: str) -> Iterator[Finding]:
    """The findings of an answer; what is none is left out."""
    try:
        data: object = json.loads(answer)
    except (ValueError, RecursionError):
        return
    listed = cast("dict[str, object]", data).get("findings") if isinstance(data, dict) else None
    for one in cast("list[object]", listed) if isinstance(listed, list) else ():
        match one:
            case {"line": int(line), "severity": str(severity), "text": str(text)}:
                words = " ".join(text.split())
                if severity in get_args(Severity) and words:
                    yield Finding(path, line, cast("Severity", severity), words)
            case _:
                pass
