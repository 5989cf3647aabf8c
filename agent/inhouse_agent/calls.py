"""Runs the calls of one answer: checked, permitted, run, closed; reads side by side."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from inhouse_agent.arguments import BadCall, GoodCall, read_call, shorten
from inhouse_agent.checking import TurnChecks
from inhouse_agent.events import (
    FileChanged,
    Noticed,
    PlanChanged,
    ToolEnded,
    ToolProgress,
    ToolStarted,
)
from inhouse_agent.history import CANCELLED
from inhouse_agent.kit import Kit
from inhouse_agent.open_files import look_at_open_files, save_open_files, show_open_files
from inhouse_agent.permission import Judgement
from inhouse_agent.permitting import Permission, Wanted, granted, permit
from inhouse_agent.watching import EditWatch
from inhouse_models.chat import Message, ToolCall
from inhouse_tools.refusal import Refusal
from inhouse_tools.tool import Access, Output, Workspace
from inhouse_tools.writing.overlay import read_now

MAX_CALLS: Final = 16
MAX_READS_AT_ONCE: Final = 4
MAX_TITLE: Final = 100
STAGED: Final = "Commands run once the whole change is written. Go on with the step."


@dataclass(frozen=True, slots=True)
class Result:
    """What one call came to; `changed` are the paths whose bytes are others now."""

    call: ToolCall
    output: Output
    denied: bool = False
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A call that may be judged: what it is and what it would touch."""

    call: ToolCall
    good: GoodCall
    accesses: tuple[Access, ...]
    judgement: Judgement

    @property
    def parallel(self) -> bool:
        """Whether it only reads and needs nobody's answer."""
        reads = all(access.kind == "read" for access in self.accesses)
        return reads and self.judgement.verdict == "allow"


async def run_calls(
    kit: Kit,
    calls: Sequence[ToolCall],
    close: Callable[[Result], None],
    checks: TurnChecks | None = None,
) -> list[Result]:
    """Runs the calls in order, neighbouring reads side by side; `close` takes each result.

    A call is judged when its turn comes, so that it sees what those before it have written. What
    `checks` find to be new stands in the output of the last call that may change files.
    """
    watch = EditWatch(kit, calls[:MAX_CALLS], checks)
    results: list[Result] = []
    reads: list[Prepared] = []

    def end(ended: Sequence[Result]) -> None:
        for result in ended:
            results.append(result)
            close(result)

    for place, call in enumerate(calls):
        prepared = await _prepare(kit, call, place)
        if isinstance(prepared, Prepared) and prepared.parallel:
            reads.append(prepared)
            continue
        end(await _run_together(kit, reads))
        reads = []
        end([prepared if isinstance(prepared, Result) else await _run_alone(kit, prepared, watch)])
    end(await _run_together(kit, reads))
    return results


def cancel_call(kit: Kit, call: ToolCall) -> Message:
    """Closes a call that never came to its end."""
    kit.emit(ToolEnded(call.id, call.name, CANCELLED, failed=True))
    return Message("tool", CANCELLED, answers=call.id)


async def _prepare(kit: Kit, call: ToolCall, place: int) -> Prepared | Result:
    tools = {tool.name: tool for tool in kit.profile.tools(kit.tools)}
    if place >= MAX_CALLS:
        refusal = f"Not run: at most {MAX_CALLS} calls may stand in one answer. Call it again."
        return _refuse(kit, call, refusal)
    if call.name == "bash" and kit.workspace.overlay is not None:
        return _refuse(kit, call, STAGED)
    good = read_call(tools, call)
    if isinstance(good, BadCall):
        return _refuse(kit, call, good.text)
    accesses = good.tool.access(good.args, kit.workspace)
    if await look_at_open_files(kit, accesses):
        accesses = good.tool.access(good.args, kit.workspace)
    return Prepared(call, good, accesses, kit.policy.judge(call.name, accesses))


def _refuse(kit: Kit, call: ToolCall, text: str) -> Result:
    kit.emit(ToolStarted(call.id, call.name, shorten(call.name, MAX_TITLE), call.arguments))
    return _end(kit, Result(call, Output(text, failed=True)), 0.0)


async def _run_together(kit: Kit, reads: Sequence[Prepared]) -> list[Result]:
    places = asyncio.Semaphore(MAX_READS_AT_ONCE)

    async def run(prepared: Prepared) -> Result:
        async with places:
            return await _run_alone(kit, prepared, EditWatch(kit, (), None))

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(run(prepared)) for prepared in reads]
    return [task.result() for task in tasks]


async def _run_alone(kit: Kit, prepared: Prepared, watch: EditWatch) -> Result:
    call = prepared.call
    kit.emit(ToolStarted(call.id, call.name, title_of(prepared), call.arguments))
    permission = await _permit(kit, prepared)
    if permission.denial:
        output = await watch.after(call, Output(_denial(permission.denial), failed=True))
        return _end(kit, Result(call, output, denied=True), 0.0)
    targets = [access.target for access in prepared.accesses if access.kind == "write"]
    refused = await save_open_files(kit, prepared.accesses)
    if refused is not None:
        return _end(kit, Result(call, refused.output()), 0.0)
    await watch.before(targets)
    before = {target: fingerprint(kit.workspace, target) for target in targets}
    started = time.monotonic()
    if not prepared.parallel:
        # Reads may run side by side and have no live output.
        kit.workspace.progress = lambda text: kit.emit(ToolProgress(call.id, text))
        kit.workspace.open_watch = partial(kit.terminals.open, call.id) if kit.terminals else None
    with contextlib.nullcontext() if prepared.parallel else granted(kit, permission):
        output = await prepared.good.tool.run(prepared.good.args, kit.workspace)
    seconds = time.monotonic() - started
    changed = _report_changes(kit, output, before)
    await show_open_files(kit, [path for path in changed if path in before])
    _report_plan(kit, output)
    output = await watch.after(call, output, changed)
    return _end(kit, Result(call, output, changed=changed), seconds)


async def _permit(kit: Kit, prepared: Prepared) -> Permission:
    """The permission for a call; a denial that no person gave is told to them."""
    call, good = prepared.call, prepared.good

    def look() -> tuple[Access, ...]:
        return good.tool.access(good.args, kit.workspace)

    wanted = Wanted(call.id, call.name, prepared.accesses, prepared.judgement, look)
    permission = await permit(kit, wanted)
    if prepared.judgement.verdict == "deny":
        kit.emit(Noticed(f"Denied {title_of(prepared)}: {permission.denial}."))
    return permission


def _denial(reason: str) -> str:
    return (
        f"Denied: {reason}. Do not try another way to the same end. "
        "Go on without it, or say in your final answer what you would need."
    )


def _end(kit: Kit, result: Result, seconds: float) -> Result:
    call, output = result.call, result.output
    kit.emit(ToolEnded(call.id, call.name, output.text, output.show, output.failed, seconds))
    return result


def title_of(prepared: Prepared) -> str:
    """One line for people: the tool and what it touches."""
    targets = ", ".join(access.target for access in prepared.accesses)
    return shorten(f"{prepared.call.name} {targets}".strip(), MAX_TITLE)


def _report_changes(kit: Kit, output: Output, before: dict[str, str]) -> tuple[str, ...]:
    written = output.show.get("changed")
    named = [path for path in written if isinstance(path, str)] if isinstance(written, list) else []
    changed: list[str] = []
    for path in dict.fromkeys((*before, *named)):
        after = fingerprint(kit.workspace, path)
        if after != before.get(path, ""):
            changed.append(path)
            if kit.workspace.overlay is None:
                kit.emit(FileChanged(path, before.get(path, ""), after))
    return tuple(changed)


def _report_plan(kit: Kit, output: Output) -> None:
    """A plan is shown as a list of [step, state]."""
    plan = output.show.get("plan")
    if isinstance(plan, list):
        steps = [step for step in plan if isinstance(step, list) and len(step) == 2]
        kit.remember(PlanChanged(tuple((str(step), str(state)) for step, state in steps)))


def fingerprint(workspace: Workspace, name: str) -> str:
    """The sha256 of a file as it is now, empty when there is none that can be read."""
    content = read_now(workspace.root / name, name, workspace)
    return "" if isinstance(content, Refusal) else content.sha256
