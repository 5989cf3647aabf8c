"""What a run is to do: which tasks, by which models, how often, within which limits."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal, cast

from inhouse.evaluating.attempt import Trial

if TYPE_CHECKING:
    from inhouse.evaluating.assignment import Assignment

Kind = Literal["tasks", "swebench"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What every attempt may use and how it is made; 0 and "" leave it to the task or the model."""

    seconds: float = 0
    turns: int = 0
    call_form: str = ""
    think: bool | None = None

    @property
    def digest(self) -> str:
        """One value for all of them."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()[:12]

    def flags(self) -> tuple[str, ...]:
        """Those that are flags of the agent."""
        turns = ("--max-turns", str(self.turns)) if self.turns else ()
        thinking = {True: ("--think",), False: ("--no-think",), None: ()}[self.think]
        return (*turns, *thinking)


@dataclass(frozen=True, slots=True)
class Plan:
    """A run. `source` is the folder of tasks or the file of instances, and `repositories` where the
    latter's are. "" among `models` is the one that the settings or the server choose."""

    kind: Kind
    source: str
    repositories: str = ""
    models: tuple[str, ...] = ("",)
    repeat: int = 1
    only: tuple[str, ...] = ()
    several: bool = False
    limits: Limits = Limits()

    def choose(self, assignments: "Sequence[Assignment]") -> "list[Assignment]":
        """Those that are meant, in their order."""
        return [
            one
            for one in assignments
            if matches(one.name, self.only) and (one.traits.several or not self.several)
        ]

    def trials(self, model: str, assignments: "Sequence[Assignment]") -> list[Trial]:
        """Everything that one model is to try: each task once before any again."""
        conditions = self.limits.digest
        return [
            Trial(model, one.name, number, one.digest, conditions)
            for number in range(1, self.repeat + 1)
            for one in assignments
        ]


def matches(name: str, patterns: Sequence[str]) -> bool:
    """Whether a name is meant by one of the patterns; none mean all."""
    return not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)


def decode_plan(value: object) -> Plan | None:
    """A plan from JSON; None when it is of another form."""
    if not isinstance(value, dict):
        return None
    data = dict(cast("Mapping[str, Any]", value))
    if set(data) != {field.name for field in fields(Plan)}:
        return None
    try:
        data["limits"] = Limits(**data["limits"])
        data["models"] = tuple(data["models"])
        data["only"] = tuple(data["only"])
    except TypeError:
        return None
    return Plan(**data)
