"""The turn: ask the model, append, run its calls, append, stop."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from inhouse_agent import guide
from inhouse_agent.ahead import reading_ahead
from inhouse_agent.calls import run_calls
from inhouse_agent.commit import commit_turn
from inhouse_agent.conclude import conclude
from inhouse_agent.context import prompt_messages
from inhouse_agent.ending import ending_of_error
from inhouse_agent.events import Noticed, TurnEnded, TurnStarted
from inhouse_agent.guard import ADVICE, DENIED, STOPPED
from inhouse_agent.kit import Kit
from inhouse_agent.planning import ASKED, wants_plan
from inhouse_agent.room import ask_in_room
from inhouse_agent.turn import Outcome, Turn
from inhouse_models.chat import Finish, Message, ModelError, ToolCall
from inhouse_tools.recorded import recorded_turn

CUT: Final = "Your answer was cut off because it was too long. Go on, in smaller steps."
EMPTY: Final = "Your answer was empty. Call a tool, or give your final answer."
CUT_TWICE: Final = "Stopped: the model's answers were too long and were cut off twice."
REPEATED: Final = "The model repeated a call that brings nothing new; it is asked again without it."
INTERRUPTED: Final = "Interrupted."


async def run_turn(
    kit: Kit, history: list[Message], prompt: str, images: Sequence[str] = ()
) -> TurnEnded:
    """Takes a prompt to its end. The history grows in place and is valid however it ends.

    `images` are data URLs that the prompt shows. When the task is cancelled, the turn ends as
    interrupted and the cancellation goes on.
    """
    async with recorded_turn(kit.workspace, prompt):
        return await _run_turn(Turn(kit, history, images=tuple(images)), prompt)


async def _run_turn(turn: Turn, prompt: str) -> TurnEnded:
    kit = turn.kit
    scope = asyncio.timeout(kit.limits.timeout)
    try:
        async with scope:
            outcome = await _converse(turn, prompt)
        if outcome.ending == "success":
            await commit_turn(kit, prompt, turn.files_changed())
    except TimeoutError:
        if not scope.expired():
            raise
        turn.close_open_calls()
        outcome = Outcome("limit", kit.limits.timed_out())
    except asyncio.CancelledError:
        turn.close_open_calls()
        turn.end(Outcome("interrupted", INTERRUPTED))
        raise
    return turn.end(outcome)


async def _converse(turn: Turn, prompt: str) -> Outcome:
    problem = await _begin(turn, prompt)
    if problem is not None:
        return Outcome(ending_of_error(problem.kind), problem.text, problem)
    while True:
        limit = turn.kit.limits.reached(turn.answers)
        if limit:
            return Outcome("limit", limit)
        turn.take_inbox()
        turn.answers += 1
        request, finish = await ask_in_room(turn)
        turn.attempt = guide.attempt(turn, request, finish) or turn.attempt
        outcome = await _react(turn, finish)
        if outcome is not None:
            return outcome


async def _begin(turn: Turn, prompt: str) -> ModelError | None:
    """Appends the prompt, after what stands before the first one."""
    kit = turn.kit
    info = await kit.client.info()
    name = "" if isinstance(info, ModelError) else info.name
    kit.remember(TurnStarted(prompt, kit.policy.mode, name))
    if isinstance(info, ModelError):
        return info
    turn.info = info
    async with reading_ahead(kit):
        checked = await guide.begin(turn, prompt)
    turn.prompt, turn.planning = prompt, wants_plan(kit, prompt)
    prompt = "\n\n".join(text for text in (prompt, checked, ASKED if turn.planning else "") if text)
    messages, notices = await prompt_messages(kit, turn.history, prompt)
    for notice in notices:
        kit.emit(Noticed(notice))
    for message in (*messages[:-1], replace(messages[-1], images=turn.images)):
        turn.add(message)
    return None


async def _react(turn: Turn, finish: Finish) -> Outcome | None:
    """What follows an answer: its calls are run, it is asked to go on, or it is the last."""
    message, error = finish.message, finish.error
    if error is not None:
        return Outcome(ending_of_error(error.kind), error.text, error)
    if finish.reason == "cancelled":
        return None if turn.kit.inbox else Outcome("interrupted", INTERRUPTED)
    if turn.kit.profile.guided and turn.guard.bars(message.calls):
        turn.kit.emit(Noticed(REPEATED))
        return None
    turn.add(message)
    cut = finish.reason == "length"
    if message.calls:
        outcome = await _run(turn, message.calls)
        if cut and outcome is None:
            turn.nudge(CUT)
        return outcome
    if (cut or not message.text.strip()) and turn.nudge(CUT if cut else EMPTY):
        return None
    if cut:
        return Outcome("limit", CUT_TWICE)
    return await conclude(turn, message.text)


async def _run(turn: Turn, calls: Sequence[ToolCall]) -> Outcome | None:
    """Runs the calls of one answer; a model that repeats itself is told, then stopped."""
    results = await run_calls(turn.kit, calls, turn.close, turn.project_checks)
    turn.untried = turn.must_change = False
    denied = [result.call for result in results if result.denied]
    turn.denied_last = bool(denied)
    others = len(denied) < len(results)
    if turn.guard.is_stuck(denied, others=others, changed=any(one.changed for one in results)):
        return Outcome("blocked", DENIED)
    verdicts = [
        turn.guard.note(result.call, result.output.text, changed=bool(result.changed))
        for result in results
    ]
    await guide.after_calls(turn, results)
    if "advise" in verdicts:
        turn.tell(ADVICE)
        return None
    return Outcome("limit", STOPPED) if "stop" in verdicts else None
