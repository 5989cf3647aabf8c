"""Mode plan: the model looks around, then hands in a plan that a grammar holds to its form."""

import asyncio
import json
import re
import shlex
import shutil
from collections.abc import Mapping
from typing import Final

from inhouse_agent.context import names_of
from inhouse_agent.ending import ending_of_error
from inhouse_agent.events import Noticed, PlanChanged, PlanProposed
from inhouse_agent.intent import asks_question
from inhouse_agent.kit import Kit
from inhouse_agent.plan import Plan, PlanProblem, plan_schema, read_plan, with_commands
from inhouse_agent.plan_text import render_plan
from inhouse_agent.quoted_check import quoted_command
from inhouse_agent.room import ask_in_room
from inhouse_agent.turn import Outcome, Turn
from inhouse_tools.checks.detect import detect
from inhouse_tools.places.listing import list_files

ASKED: Final = "Plan only: look at what the change needs, change nothing."
WANTED: Final = (
    "Now hand in the plan as JSON. goal: what is wanted, in one line. steps, in their order: the "
    "files that one changes, files it makes anew, the symbols it touches, what is done there "
    "(intent), and a command that verifies it, or an empty text. verify: the commands that judge "
    "the whole. Plan nothing that the task does not ask for."
)
NO_COMMAND: Final = "Left out of the plan, since it is no command: {}"
SHELL_WORDS: Final = frozenset({"!", "(", "[", "[[", "cd", "for", "if", "test", "while", "{"})
CUT: Final = "Stopped: the plan was too long and was cut off. Ask for a smaller change."


def wants_plan(kit: Kit, prompt: str) -> bool:
    """Whether a turn ends with a plan: tasks in mode plan do, questions are answered."""
    return kit.policy.mode == "plan" and kit.options.schema is None and not asks_question(prompt)


async def hand_in_plan(turn: Turn) -> Outcome:
    """Ask for the plan; it is the answer of the turn, and an event."""
    turn.tell(WANTED)
    turn.answers += 1
    schema = await asyncio.to_thread(_schema, turn)
    _request, finish = await ask_in_room(turn, schema=schema)
    if finish.error is not None:
        return Outcome(ending_of_error(finish.error.kind), finish.error.text, finish.error)
    turn.add(finish.message)
    if finish.reason == "length":
        return Outcome("limit", CUT)
    plan = _read(finish.message.text)
    if isinstance(plan, PlanProblem):
        return Outcome("failed", plan.text)
    plan = _with_usable_commands(turn.kit, plan)
    turn.kit.emit(PlanProposed(plan))
    turn.kit.remember(PlanChanged(tuple((step.intent, "todo") for step in plan.steps)))
    return Outcome("success", render_plan(plan))


def _schema(turn: Turn) -> Mapping[str, object]:
    """What a plan may name: files that exist, and for a small model the commands that are known."""
    root = turn.kit.workspace.root
    listing = list_files(root)
    paths = () if listing.cut else names_of(listing)
    if not turn.kit.profile.held:
        return plan_schema(paths, None)
    quoted = quoted_command(turn.prompt)
    checks = (one.line for one in detect(root) if one.program and one.scope == "project")
    return plan_schema(paths, tuple(dict.fromkeys((*([quoted] if quoted else []), *checks))))


def _with_usable_commands(kit: Kit, plan: Plan) -> Plan:
    """What no program could run is left out, and said: it would fail whatever was changed."""

    def usable(command: str) -> bool:
        return not command or is_command(command)

    kept = with_commands(plan, usable)
    for command in sorted({*plan.commands} - {*kept.commands}):
        kit.emit(Noticed(NO_COMMAND.format(command)))
    return kept


def is_command(text: str) -> bool:
    """Whether the first word of a line is a program here, or one that a step may make."""
    try:
        words = shlex.split(text)
    except ValueError:
        return False
    first = next((word for word in words if not re.match(r"\w+=", word)), "")
    return first in SHELL_WORDS or "/" in first or shutil.which(first) is not None


def _read(text: str) -> Plan | PlanProblem:
    try:
        return read_plan(json.loads(text.strip()))
    except (ValueError, RecursionError):
        return PlanProblem(f"The model handed in no plan but: {text.strip()[:200]}")
