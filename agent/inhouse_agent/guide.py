"""Leads a small model through a turn: shows it the failing test, tells it when it is done."""

import asyncio
from collections.abc import Sequence
from typing import Final

from inhouse_agent.attachments import named_files, new_files
from inhouse_agent.calls import Result
from inhouse_agent.events import Noticed
from inhouse_agent.intent import asks_question, names_to_remove, wants_new_file, wants_rename
from inhouse_agent.quoted_check import quoted_check
from inhouse_agent.second_choices import try_second_choices
from inhouse_agent.turn import Attempt, Turn
from inhouse_agent.verify import Verify
from inhouse_models.chat import Finish, Request
from inhouse_tools.places.listing import list_files
from inhouse_tools.registry import CHANGING
from inhouse_tools.writing.snapshot import take_snapshot

FRUITLESS_CALLS: Final = 2
WRITING: Final = ("write", "replace_symbol")


async def begin(turn: Turn, prompt: str) -> str:
    """Finds the check of this turn; returns what it says before any change, for the prompt."""
    guided = turn.kit.profile.guided and turn.kit.policy.mode != "plan"
    turn.acting = guided and not asks_question(prompt)
    turn.untried = turn.acting
    if guided:
        listing = await asyncio.to_thread(list_files, turn.kit.workspace.root)
        turn.new_files = new_files(prompt, listing.files)
        turn.kit.workspace.expendable = names_to_remove(prompt)
        turn.renames = wants_rename(prompt)
        turn.invents = wants_new_file(prompt) or not named_files(prompt, listing.files)
    turn.check = turn.kit.options.verify
    staging = turn.kit.workspace.overlay is not None
    if turn.check is not None or not turn.kit.profile.guided or staging:
        # A command would see the tree without what is staged.
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
    # What the prompt names is the place: a model that may look around first loses its way.
    turn.must_change = turn.acting
    return f"`{turn.check.command}` fails now:\n{output.text}"


def attempt(turn: Turn, request: Request, finish: Finish) -> Attempt | None:
    """What a guided answer that writes files is remembered by."""
    calls = finish.message.calls
    if not (turn.acting and calls and all(call.name in WRITING for call in calls)):
        return None
    return Attempt(request, finish, take_snapshot(turn.kit.workspace), tuple(turn.changed))


async def after_calls(turn: Turn, results: Sequence[Result]) -> None:
    """Looks at what the calls of a guided model came to.

    A check that failed at first and passes now ends the work; while it fails, the second choices
    of the answer are tried. Several calls in a row that change nothing after something was
    changed end it too: a small model seldom knows when to stop.
    """
    if not turn.kit.profile.guided:
        return
    failed = any(result.output.failed for result in results)
    changed = any(result.changed for result in results)
    wrote = any(result.call.name in CHANGING for result in results)
    turn.settled = not failed and (turn.settled or changed)
    if changed:
        turn.fruitless = 0
    else:
        turn.fruitless += sum(result.output.failed for result in results)
        turn.guard.finished = bool(turn.changed) and turn.fruitless >= FRUITLESS_CALLS
    if turn.check is not None and turn.failed_before and wrote:
        await _check_again(turn, turn.check, changed=changed)


async def _check_again(turn: Turn, check: Verify, *, changed: bool) -> None:
    """Runs the check that failed before the answer; one that changed nothing cannot pass it."""
    output = await check.check() if changed else None
    if output is not None and output.failed:
        turn.kit.emit(Noticed(f"`{check.command}` still fails."))
    passes = output is not None and not output.failed
    if passes or await try_second_choices(turn, check):
        turn.kit.emit(Noticed(f"`{check.command}` passes now."))
        turn.guard.finished = True
    elif output is not None:
        turn.settled = False
        turn.tell(f"`{check.command}` still fails:\n{output.text}")
