"""A plan as Markdown that a person reads and edits, and back."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from inhouse_agent.plan import Plan, PlanProblem, PlanStep, read_plan

STEP: Final = re.compile(r"\d+[.)]\s+(?P<intent>.*)")
FIELD: Final = re.compile(r"[-*]\s+(?P<name>[a-z ]+):\s*(?P<value>.*)", re.IGNORECASE)
VERIFY: Final = re.compile(r"verify:\s*", re.IGNORECASE)
ITEM: Final = re.compile(r"[-*]\s+(?P<value>.*)")
QUOTED: Final = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
LISTS: Final = {"files": "files", "new files": "new_files", "symbols": "symbols"}


def render_plan(plan: Plan) -> str:
    """The plan as Markdown: a heading, numbered steps, and what verifies the whole."""
    lines = [f"# {plan.goal}", ""]
    for number, step in enumerate(plan.steps, 1):
        lines.append(f"{number}. {step.intent}")
        lines += [f"   - {name}: {_quoted(getattr(step, key))}" for name, key in LISTS.items()
                  if getattr(step, key)]  # fmt: skip
        if step.verify:
            lines.append(f"   - verify: {_code(step.verify)}")
    if plan.verify:
        lines += ["", "Verify:", *(f"- {_code(command)}" for command in plan.verify)]
    return "\n".join(lines) + "\n"


def render_step(step: PlanStep) -> str:
    """One step as a task for a model."""
    lines = [step.intent]
    if step.files:
        lines.append(f"Files: {_quoted(step.files)}")
    if step.new_files:
        lines.append(f"New files: {_quoted(step.new_files)}")
    if step.symbols:
        lines.append(f"Symbols: {_quoted(step.symbols)}")
    return "\n".join(lines)


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(_code(name) for name in names)


def _code(text: str) -> str:
    """As Markdown shows code, with as many quotes as its own need."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


@dataclass(slots=True)
class _Draft:
    """A plan while its lines are read."""

    goal: str = ""
    steps: list[PlanStep] = field(default_factory=list[PlanStep])
    verify: list[str] = field(default_factory=list[str])
    ending: bool = False


def parse_plan(text: str) -> Plan | PlanProblem:
    """The plan of a Markdown text as `render_plan` writes it and people change it, or of JSON."""
    if text.lstrip().startswith("{"):
        try:
            return read_plan(json.loads(text))
        except (ValueError, RecursionError) as error:
            return PlanProblem(f"The plan is not JSON: {error}.")
    draft = _Draft()
    for number, line in enumerate(text.splitlines(), 1):
        problem = _take(draft, line.strip())
        if problem:
            return PlanProblem(f"Line {number} of the plan: {problem}")
    if not draft.steps:
        return PlanProblem("The plan has no steps. A step is a line such as: 1. Rename `old`")
    goal = draft.goal or draft.steps[0].intent
    return Plan(goal, tuple(draft.steps), tuple(draft.verify))


def _take(draft: _Draft, line: str) -> str:
    """Take one line; what is wrong with it, or nothing."""
    if not line:
        return ""
    if line.startswith("#") and not draft.steps and not draft.goal:
        draft.goal = line.lstrip("#").strip()
        return ""
    if (step := STEP.fullmatch(line)) and not draft.ending:
        intent = step["intent"].strip()
        draft.steps.append(PlanStep(intent))
        return "" if intent else "a step says what is done."
    if ending := VERIFY.match(line):
        draft.ending = True
        draft.verify += _names(line[ending.end() :], whole=True)
        return ""
    if draft.ending and (item := ITEM.fullmatch(line)):
        draft.verify += _names(item["value"], whole=True)
        return ""
    if (found := FIELD.fullmatch(line)) and draft.steps:
        return _take_field(draft, found["name"].lower().strip(), found["value"])
    if draft.steps and not draft.ending:
        last = draft.steps[-1]
        draft.steps[-1] = replace(last, intent=f"{last.intent} {line}")
        return ""
    return f"{line!r} is no heading, step or command."


def _take_field(draft: _Draft, name: str, value: str) -> str:
    last = draft.steps[-1]
    if name == "verify":
        draft.steps[-1] = replace(last, verify=next(iter(_names(value, whole=True)), ""))
        return ""
    if name not in LISTS:
        return f"{name!r} is not known. A step has files, new files, symbols and verify."
    draft.steps[-1] = replace(last, **{LISTS[name]: tuple(_names(value))})
    return ""


def _names(text: str, *, whole: bool = False) -> list[str]:
    """What stands in quotes, else the parts between commas; or the `whole`, without its quotes."""
    plain = text.strip()
    if whole:
        quoted = QUOTED.fullmatch(plain)
        plain = quoted[2].strip() if quoted else plain
        return [plain] if plain else []
    quoted_names = [match[2].strip() for match in QUOTED.finditer(plain)]
    return quoted_names or [part.strip() for part in plain.split(",") if part.strip()]
