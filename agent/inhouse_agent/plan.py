"""A plan for a change of several files: what is done where, and how it is checked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast

MAX_STEPS: Final = 12
MAX_WORDS: Final = 400
MAX_CHOICES: Final = 400
"""With more files than this any path may be named: half of them would hide the rest."""


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step: `intent` says what is done, in `files` that exist and `new_files` that do not yet,
    to which `symbols`; `verify` is a command that fails unless it was done right, or empty."""

    intent: str
    files: tuple[str, ...] = ()
    new_files: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    verify: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is wanted, the steps to it in order, and the commands that judge the whole."""

    goal: str
    steps: tuple[PlanStep, ...]
    verify: tuple[str, ...] = ()

    @property
    def commands(self) -> tuple[str, ...]:
        """Every command that must succeed at the end, each once."""
        own = (step.verify for step in self.steps)
        return tuple(dict.fromkeys(command for command in (*own, *self.verify) if command))


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """Why something is no plan, for a person."""

    text: str


def plan_schema(paths: Sequence[str], commands: Sequence[str] | None) -> dict[str, object]:
    """The JSON schema of a plan whose files are among `paths` and its commands among `commands`
    (None for any)."""
    line = {"type": "string", "minLength": 1, "maxLength": MAX_WORDS}
    name = {"type": "string", "minLength": 1, "maxLength": 120, "pattern": r"^[\w./@+-]+$"}
    known = {"type": "string", "enum": list(paths)} if 0 < len(paths) <= MAX_CHOICES else name
    verify: dict[str, object] = {"type": "string", "maxLength": 200}
    if commands is not None:
        verify = {"type": "string", "enum": [*commands, ""]}
    step = {
        "type": "object",
        "properties": {
            "files": {"type": "array", "items": known, "maxItems": 8},
            "new_files": {"type": "array", "items": name, "maxItems": 4},
            "symbols": {"type": "array", "items": name, "maxItems": 8},
            "intent": line,
            "verify": verify,
        },
        "required": ["files", "new_files", "symbols", "intent", "verify"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {
            "goal": line,
            "steps": {"type": "array", "items": step, "minItems": 1, "maxItems": MAX_STEPS},
            "verify": {"type": "array", "items": verify, "maxItems": 4},
        },
        "required": ["goal", "steps", "verify"],
        "additionalProperties": False,
    }


def with_commands(plan: Plan, usable: Callable[[str], bool]) -> Plan:
    """The plan without commands that are none: small models write sentences there."""
    steps = tuple(step if usable(step.verify) else replace(step, verify="") for step in plan.steps)
    return replace(plan, steps=steps, verify=tuple(filter(usable, plan.verify)))


def read_plan(data: object) -> Plan | PlanProblem:
    """The plan that a JSON value holds; every text becomes one line."""
    if not isinstance(data, dict):
        return PlanProblem("A plan is a JSON object with goal, steps and verify.")
    given = cast("Mapping[str, Any]", data)
    steps: list[PlanStep] = []
    listed = given.get("steps")
    for number, entry in enumerate(
        cast("list[Any]", listed) if isinstance(listed, list) else (), 1
    ):
        step = _read_step(entry)
        if step is None:
            return PlanProblem(f"Step {number} of the plan does not say what is done (intent).")
        steps.append(step)
    if not steps:
        return PlanProblem("The plan has no steps.")
    goal = _line(given.get("goal")) or steps[0].intent
    return Plan(goal, tuple(steps), _lines(given.get("verify")))


def _read_step(entry: object) -> PlanStep | None:
    if not isinstance(entry, dict):
        return None
    step = cast("Mapping[str, Any]", entry)
    intent = _line(step.get("intent"))
    if not intent:
        return None
    return PlanStep(
        intent,
        _lines(step.get("files")),
        _lines(step.get("new_files")),
        _lines(step.get("symbols")),
        _line(step.get("verify")),
    )


def _lines(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    texts = (_line(item) for item in cast("list[object]", value))
    return tuple(dict.fromkeys(text for text in texts if text))


def _line(value: object) -> str:
    if not isinstance(value, str):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())
