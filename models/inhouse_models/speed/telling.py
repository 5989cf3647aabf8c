"""What the program that makes trials says, line by line: values to JSON and back."""

import json
from dataclasses import asdict, dataclass
from typing import cast, get_args

from inhouse_models.speed.choices import SpeedChoices, Value, read_choices
from inhouse_models.speed.search import Part, Trial, Verdict


@dataclass(frozen=True, slots=True)
class Began:
    """The trials of one choice begin, or something else of these words; `number` of `count`."""

    what: str
    number: int
    count: int


@dataclass(frozen=True, slots=True)
class Ended:
    """What is to be remembered, and the speeds; of a `trial` turn in seconds, before and after.
    `others` are the cores that other programs kept busy meanwhile."""

    choices: SpeedChoices
    before_seconds: float
    after_seconds: float
    others: float


@dataclass(frozen=True, slots=True)
class Failed:
    """Why nothing could be tried, in a sentence for a person."""

    text: str


Told = Began | Trial | Ended | Failed


def encode_told(told: Told) -> str:
    """One line of JSON."""
    values = asdict(told)
    if isinstance(told, Ended):
        values["choices"] = told.choices.given()
    return json.dumps({"type": type(told).__name__, **values})


def decode_told(line: str) -> Told | None:
    """What `encode_told` wrote; None for anything else, such as what a library has printed."""
    try:
        values = cast("dict[str, object]", json.loads(line))
        kind = values.pop("type")
        match kind:
            case "Began":
                return Began(str(values["what"]), _int(values["number"]), _int(values["count"]))
            case "Trial":
                return _trial(values)
            case "Ended":
                return _ended(values)
            case "Failed":
                return Failed(str(values["text"]))
            case _:
                return None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _trial(values: dict[str, object]) -> Trial | None:
    value = values["value"]
    if isinstance(value, list):
        value = tuple(_float(share) for share in cast("list[object]", value))
    part, verdict = values["part"], values["verdict"]
    if part not in get_args(Part) or verdict not in get_args(Verdict):
        return None
    return Trial(
        str(values["factor"]),
        cast("Part", part),
        cast("Value | None", value),
        cast("Verdict", verdict),
        _float(values["seconds"]),
        _float(values["ratio"]),
        _int(values["rounds"]),
        str(values["reason"]),
    )


def _ended(values: dict[str, object]) -> Ended | None:
    choices = read_choices(values["choices"])
    if choices is None:
        return None
    names = ("before_seconds", "after_seconds", "others")
    return Ended(choices, *(_float(values[name]) for name in names))


def _int(value: object) -> int:
    if isinstance(value, int):
        return value
    raise ValueError(value)


def _float(value: object) -> float:
    if isinstance(value, int | float):
        return float(value)
    raise ValueError(value)
