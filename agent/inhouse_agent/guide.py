"""Leads a small model through a turn: shows it the failing test, tells it when it is done."""

from collections.abc import Sequence
from typing import Final

from inhouse_agent.calls import Result
from inhouse_agent.events import Noticed
from inhouse_agent.intent import asks_question
from inhouse_agent.quoted_check import quoted_check
from inhouse_agent.turn import Turn

FRUITLESS_CALLS: Final = 2


async def begin(turn: Turn, prompt: str) -> str:
    """Finds the check of this turn; returns what it says before any change, for the prompt."""
    guided = turn.kit.profile.guided and turn.kit.policy.mode != "plan"
    turn.acting = guided and not asks_question(prompt)
    turn.untried = turn.acting
    turn.check = turn.kit.options.verify
    if turn.check is not None or not turn.kit.profile.guided:
        return ""
    turn.check = quoted_check(turn.kit, prompt)
    if turn.check is None:
        return ""
    output = await turn.check.check()
    turn.failed_before = output.failed
    said = "fails" if output.failed else "passes"
    turn.kit.emit(Noticed(f"`{turn.check.command}` {said} before any change."))
    if not output.failed:
        return ""
    return f"`{turn.check.command}` fails now:\n{output.text}"


async def after_calls(turn: Turn, results: Sequence[Result]) -> None:
    """Looks at what the calls of a guided model came to.

    A check that failed at first and passes now ends the work. So do several calls in a row that
    change nothing after something was changed: a small model seldom knows when to stop.
    """
    if not turn.kit.profile.guided:
        return
    if not any(result.changed for result in results):
        turn.fruitless += sum(result.output.failed for result in results)
        turn.stuck = turn.fruitless > 0
        if turn.changed and turn.fruitless >= FRUITLESS_CALLS:
            turn.guard.finished = True
        return
    turn.fruitless = 0
    turn.stuck = False
    if turn.check is None or not turn.failed_before:
        return
    output = await turn.check.check()
    said = "still fails" if output.failed else "passes now"
    turn.kit.emit(Noticed(f"`{turn.check.command}` {said}."))
    if output.failed:
        turn.stuck = True
        turn.tell(f"`{turn.check.command}` still fails:\n{output.text}")
    else:
        turn.guard.finished = True
