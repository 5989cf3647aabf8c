"""What a one-shot run came to, as scripts read it."""

import json
from dataclasses import asdict, dataclass

from inhouse.sanitise import escape_json
from inhouse_agent.events import Ending, TurnEnded
from inhouse_models.chat import ModelError, Timings, Usage
from inhouse_tools.json_value import JsonValue


@dataclass(frozen=True, slots=True)
class Result:
    """The end of a run; `structured` is the parsed answer when a schema was asked for.

    `notices` are what a person was told besides: what was ignored, how commands are held.
    """

    ending: Ending
    text: str
    session: str = ""
    answers: int = 0
    seconds: float = 0.0
    usage: Usage = Usage()
    timings: Timings = Timings()
    files_changed: tuple[str, ...] = ()
    structured: JsonValue = None
    error: ModelError | None = None
    notices: tuple[str, ...] = ()

    def encode(self) -> dict[str, JsonValue]:
        """The result object of the JSON formats."""
        error: JsonValue = None
        if self.error is not None:
            error = {"kind": self.error.kind, "text": self.error.text}
        return {
            "type": "result",
            "subtype": self.ending,
            "is_error": self.ending != "success",
            "result": self.text,
            "session_id": self.session,
            "num_turns": self.answers,
            "duration_ms": round(self.seconds * 1000),
            "usage": asdict(self.usage),
            "timings": asdict(self.timings),
            "files_changed": list(self.files_changed),
            "structured_output": self.structured,
            "error": error,
            "notices": list(self.notices),
        }


def result_of(ended: TurnEnded, session: str, *, structured: bool) -> Result:
    """The result of a turn; with `structured` its text is read as JSON."""
    return Result(
        ending=ended.ending,
        text=ended.text,
        session=session,
        answers=ended.answers,
        seconds=ended.seconds,
        usage=ended.usage,
        timings=ended.timings,
        files_changed=ended.files_changed,
        structured=_parse(ended.text) if structured else None,
        error=ended.error,
    )


def encode_line(data: JsonValue) -> str:
    """One line of JSON that is safe to show in a terminal."""
    return escape_json(json.dumps(data, ensure_ascii=False)) + "\n"


def _parse(text: str) -> JsonValue:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
