"""What follows a final answer: the person's check, and the answer as JSON when it is wanted."""

import json
from typing import Final

from inhouse_agent.context import JSON_WANTED
from inhouse_agent.ending import ending_of_answer, ending_of_error, ending_of_failure
from inhouse_agent.events import Ending, Noticed
from inhouse_agent.planning import hand_in_plan
from inhouse_agent.room import ask_in_room
from inhouse_agent.second_choices import try_second_choices
from inhouse_agent.turn import Outcome, Turn

MISSING: Final = (
    "The last call failed. If a part of the task is missing now, do it with a tool. "
    "If nothing is missing, give your final answer."
)
UNCHANGED: Final = (
    "You have changed no file yet. Make the change that the task asks for with a tool."
)


async def conclude(turn: Turn, text: str) -> Outcome | None:
    """The outcome of the turn; nothing when the model was told to go on.

    A check that passes decides: then the turn succeeded, whatever the answer says.
    """
    verify = turn.check
    if turn.planning:
        return await hand_in_plan(turn)
    if turn.acting and _reminded(turn):
        return None
    if await _found_at_end(turn):
        return None
    if turn.kit.options.verify is None and not turn.changed and not turn.failed_before:
        # A command that the prompt merely quotes says nothing about work that was not done.
        verify = None
    ending: Ending
    if verify is None:
        ending = ending_of_answer(text, denied_last=turn.denied_last, changed=bool(turn.changed))
        return await _answer(turn, ending, text)
    turn.checks += 1
    output = await verify.check()
    said = "fails" if output.failed else "passes"
    turn.kit.emit(Noticed(f"`{verify.command}` {said} (check {turn.checks} of {verify.rounds})."))
    if not output.failed:
        return await _answer(turn, "success", text)
    if turn.acting and await try_second_choices(turn, verify):
        return await _answer(turn, "success", text)
    if turn.checks < verify.rounds:
        turn.tell(verify.explain(output))
        turn.untried = True
        turn.settled = False
        turn.must_change = turn.acting
        return None
    failure = f"`{verify.command}` still fails after {turn.checks} checks.\n\n{output.text}"
    return Outcome(ending_of_failure(denied=turn.denied), failure)


def _reminded(turn: Turn) -> bool:
    """Small models announce a change and stop: they are asked once for what is missing."""
    if (
        turn.settled
        or turn.guard.finished
        or not turn.nudge(MISSING if turn.changed else UNCHANGED)
    ):
        return False
    turn.untried = turn.must_change = not turn.changed
    return True


async def _found_at_end(turn: Turn) -> bool:
    """Whether the project's checks for the end found something, which the model is told then."""
    if not turn.changed or turn.kit.workspace.overlay is not None:
        # What is staged in memory is not there for a check yet.
        return False
    told = await turn.project_checks.at_end(tuple(turn.changed))
    if told:
        turn.tell(told)
        turn.untried = True
        turn.settled = False
    return bool(told)


async def _answer(turn: Turn, ending: Ending, text: str) -> Outcome:
    """The answer itself, or one more request that a grammar holds to the schema.

    Small models work freely with tools first and fill in the form at the end: asked for JSON
    from the beginning, they skip the work.
    """
    schema = turn.kit.options.schema
    if schema is None:
        return Outcome(ending, text)
    turn.tell(JSON_WANTED)
    turn.answers += 1
    _request, finish = await ask_in_room(turn, schema=schema)
    answer = finish.message.text.strip()
    if finish.error is not None:
        return Outcome(ending_of_error(finish.error.kind), finish.error.text, finish.error)
    turn.add(finish.message)
    if finish.reason == "length":
        return Outcome("limit", "Stopped: the JSON answer was too long and was cut off.")
    try:
        json.loads(answer)
    except (ValueError, RecursionError):
        return Outcome("failed", f"The answer is not JSON although a schema was given: {answer}")
    return Outcome(ending, answer)
