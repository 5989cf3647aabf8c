"""Carries a plan out as one change: staged, shown, written together, verified, or taken back."""

import time
from dataclasses import dataclass, field, replace
from typing import Final, NoReturn

from inhouse_agent.events import (
    Answered,
    Asked,
    ChangeProposed,
    Ending,
    FileChanged,
    Noticed,
    PlanChanged,
    TurnEnded,
)
from inhouse_agent.kit import Kit, Question
from inhouse_agent.loop import run_turn
from inhouse_agent.plan import Plan
from inhouse_agent.plan_text import render_step
from inhouse_models.chat import Message, Timings, Usage
from inhouse_tools.files import digest, write_files
from inhouse_tools.overlay import Overlay
from inhouse_tools.recorded import recorded_turn, recorded_writes
from inhouse_tools.staged_diff import staged_diff
from inhouse_tools.tool import Access

REPAIRS: Final = 2
CALL: Final = "plan"
STEP: Final = "Step {number} of {count} of the plan: {text}"
REPAIR: Final = (
    "All steps are written. The plan's check `{command}` fails:\n{output}\n\n"
    "Find the cause and repair it."
)
NOTHING: Final = "The steps were gone through and nothing was changed."
DECLINED: Final = "Nothing was written: the change as a whole was declined."
NOT_KEPT: Final = "Nothing of the plan was kept."


@dataclass(slots=True)
class _Work:
    """A plan on its way; `landed` are the overlays that were written, in order, and
    `unverified` commands that were not allowed to run."""

    kit: Kit
    history: list[Message]
    plan: Plan
    started: float = field(default_factory=time.monotonic)
    turns: list[TurnEnded] = field(default_factory=list[TurnEnded])
    landed: list[Overlay] = field(default_factory=list[Overlay])
    unverified: list[str] = field(default_factory=list[str])

    def show_progress(self, current: int) -> None:
        """Steps before `current` are done, it is being done, the others follow."""
        states = ("done" if n < current else "doing" if n == current else "todo"
                  for n in range(len(self.plan.steps)))  # fmt: skip
        steps = zip((step.intent for step in self.plan.steps), states, strict=True)
        self.kit.remember(PlanChanged(tuple(steps)))

    def stop(self, ending: Ending, text: str) -> NoReturn:
        """End the whole from within one of its parts."""
        raise _StoppedError(self.end(ending, text))

    def end(self, ending: Ending, text: str) -> TurnEnded:
        """The end of the whole, with the costs of all its turns."""
        kept = self.landed if ending == "success" else ()
        changed = dict.fromkeys(file.name for overlay in kept for file in overlay.changes)
        ended = TurnEnded(
            ending,
            text,
            sum(turn.answers for turn in self.turns),
            sum((turn.usage for turn in self.turns), Usage()),
            sum((turn.timings for turn in self.turns), Timings()),
            time.monotonic() - self.started,
            tuple(changed),
            self.turns[-1].error if self.turns else None,
        )
        self.kit.emit(ended)
        return ended


class _StoppedError(Exception):
    """Ends the work inside this module; `ended` is what the caller gets."""

    def __init__(self, ended: TurnEnded) -> None:
        super().__init__(ended.text)
        self.ended = ended


async def carry_out(kit: Kit, history: list[Message], plan: Plan) -> TurnEnded:
    """Each step is a turn whose edits are staged; then all is written as one and verified.

    What fails its checks goes back to the model, at most twice; what still fails then is taken
    back whole, as it is when the task is cancelled meanwhile.
    """
    work = _Work(kit, history, plan)
    async with recorded_turn(kit.workspace, plan.goal):
        try:
            return await _carry_out(work)
        except _StoppedError as stopped:
            _take_back(work)
            return stopped.ended
        except BaseException:
            _take_back(work)
            raise
        finally:
            kit.workspace.overlay = None


async def _carry_out(work: _Work) -> TurnEnded:
    count = len(work.plan.steps)
    overlay = work.kit.workspace.overlay = Overlay()
    for place, step in enumerate(work.plan.steps):
        work.show_progress(place)
        text = STEP.format(number=place + 1, count=count, text=render_step(step))
        await _run_turn(work, text)
    work.show_progress(count)
    if not overlay.changes:
        return work.end("failed", NOTHING)
    await _land(work, overlay)
    for _repair in range(REPAIRS):
        failure = await _verify(work)
        if failure is None:
            return work.end("success", _summary(work))
        overlay = work.kit.workspace.overlay = Overlay()
        await _run_turn(work, REPAIR.format(command=failure[0], output=failure[1]))
        if not overlay.changes:
            return _give_up(work, *failure)
        await _land(work, overlay)
    failure = await _verify(work)
    return _give_up(work, *failure) if failure else work.end("success", _summary(work))


async def _run_turn(work: _Work, text: str) -> None:
    """One turn over staged files; the whole stops when it does not succeed."""
    # The person's own check judges the whole, and one of a step would see files without it.
    kit = work.kit
    options, policy = kit.options, kit.policy
    kit.options = replace(options, verify=None, schema=None)
    if policy.mode == "ask":
        # Staging touches nothing: the whole is asked for before it is written.
        kit.policy = replace(policy, mode="auto-edit")
    try:
        ended = await run_turn(kit, work.history, text)
    finally:
        kit.options, kit.policy = options, policy
    work.turns.append(ended)
    if ended.ending != "success":
        work.stop(ended.ending, f"{ended.text}\n\n{NOT_KEPT}")


async def _land(work: _Work, overlay: Overlay) -> None:
    """Show the whole, ask where the mode asks, and write it."""
    kit = work.kit
    kit.workspace.overlay = None
    diffs = [(file, staged_diff(file)) for file in overlay.changes]
    whole = "".join(diff for _file, diff in diffs)
    kit.emit(ChangeProposed(whole, tuple(file.name for file, _diff in diffs)))
    accesses = tuple(Access("write", file.name, preview=diff) for file, diff in diffs)
    declined = await _permitted(kit, "write", accesses, whole)
    if declined is not None:
        work.stop("blocked", f"{DECLINED} {declined}".strip())
    with recorded_writes(kit.workspace, overlay.writes()):
        refused = write_files(overlay.writes(), kit.workspace.state)
    if refused:
        work.stop("failed", f"{refused.text} {NOT_KEPT}")
    work.landed.append(overlay)
    for file in overlay.changes:
        kit.emit(FileChanged(file.name, _digest(file.before), _digest(file.after)))


async def _permitted(kit: Kit, tool: str, accesses: tuple[Access, ...], preview: str) -> str | None:
    """None when it may go ahead, else what was said."""
    judgement = kit.policy.judge(tool, accesses)
    if judgement.verdict == "allow":
        return None
    if judgement.verdict == "deny":
        return judgement.reason
    targets = tuple(access.target for access in accesses)
    kit.emit(Asked(CALL, tool, judgement.reason, targets, preview))
    answer = await kit.ask(Question(CALL, tool, judgement.reason, accesses))
    kit.emit(Answered(CALL, answer.allowed, answer.by, answer.comment))
    return None if answer.allowed else answer.comment


async def _verify(work: _Work) -> tuple[str, str] | None:
    """The first command that fails, of the plan and of the person, with its output."""
    kit, bash = work.kit, work.kit.tools["bash"]
    own = kit.options.verify.command if kit.options.verify else ""
    for command in dict.fromkeys((*work.plan.commands, *filter(None, [own]))):
        args = bash.args(command=command)
        if command != own:
            declined = await _permitted(kit, "bash", bash.access(args, kit.workspace), command)
            if declined is not None:
                work.unverified.append(command)
                continue
        output = await bash.run(args, kit.workspace)
        kit.emit(Noticed(f"`{command}` {'fails' if output.failed else 'passes'}."))
        if output.failed:
            return command, output.text
    return None


def _give_up(work: _Work, command: str, output: str) -> TurnEnded:
    left = _take_back(work)
    taken = left or "All files are as they were before."
    return work.end("failed", f"`{command}` still fails. {taken}\n\n{output}")


def _take_back(work: _Work) -> str:
    """Undo what was written, the last first; what could not be taken back, for a person."""
    while work.landed:
        overlay = work.landed[-1]
        with recorded_writes(work.kit.workspace, overlay.undoing()):
            refused = write_files(overlay.undoing(), work.kit.workspace.state)
        if refused:
            text = f"The change could not be taken back: {refused.text}"
            work.kit.emit(Noticed(text))
            return text
        work.landed.pop()
        for file in overlay.changes:
            work.kit.emit(FileChanged(file.name, _digest(file.after), _digest(file.before)))
    return ""


def _summary(work: _Work) -> str:
    names = dict.fromkeys(file.name for overlay in work.landed for file in overlay.changes)
    parts = [work.turns[-1].text.strip(), f"Changed together: {', '.join(names)}."]
    if work.unverified:
        commands = ", ".join(f"`{command}`" for command in dict.fromkeys(work.unverified))
        parts.append(f"Not verified, since these were not allowed: {commands}.")
    return "\n\n".join(part for part in parts if part)


def _digest(raw: bytes | None) -> str:
    return "" if raw is None else digest(raw)
