"""Carries a plan out as one change: staged, shown, written together, verified, or taken back."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from inhouse_agent.checking import TurnChecks
from inhouse_agent.commit import commit_turn
from inhouse_agent.events import (
    ChangeProposed,
    Ending,
    FileChanged,
    Noticed,
    PlanChanged,
    TurnEnded,
)
from inhouse_agent.kit import Kit
from inhouse_agent.loop import run_turn
from inhouse_agent.permitting import SAID_NO, Permission, Wanted, granted, permit
from inhouse_agent.plan import Plan
from inhouse_agent.plan_text import render_step
from inhouse_models.chat import Message, Timings, Usage
from inhouse_tools.recorded import recorded_turn, recorded_writes
from inhouse_tools.tool import Access
from inhouse_tools.writing.files import digest, write_files
from inhouse_tools.writing.overlay import Overlay
from inhouse_tools.writing.staged_diff import staged_diff

STAGING: Final = "auto-edit"
REPAIRS: Final = 2
CALL: Final = "plan"
STEP: Final = "Step {number} of {count} of the plan: {text}"
WRITTEN: Final = "All steps are written."
FAILS: Final = "The plan's check `{command}` fails:\n{output}"
REPAIR: Final = "Find the cause and repair it."
REMAINS: Final = "The project's own checks find this, which is new:\n{problems}"
NOTHING: Final = "The steps were gone through and nothing was changed."
DECLINED: Final = "Nothing was written: the change as a whole was declined."
NOT_KEPT: Final = "Nothing of the plan was kept."


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What is wrong with a change that was written: the `command` that fails with its `output`,
    and the `problems` that the project's own checks did not find before."""

    command: str = ""
    output: str = ""
    problems: str = ""

    def __bool__(self) -> bool:
        """Whether anything is."""
        return bool(self.command or self.problems)

    def tell(self) -> str:
        """The same for the model, which shall repair it."""
        failing = FAILS.format(command=self.command, output=self.output) if self.command else ""
        parts = (WRITTEN, failing, self.problems, REPAIR)
        return "\n\n".join(part for part in parts if part)


@dataclass(slots=True)
class _Work:
    """A plan on its way; `landed` are the overlays that were written, in order, `unverified`
    commands that were not allowed to run, and `checks` know what was wrong before."""

    kit: Kit
    history: list[Message]
    plan: Plan
    started: float = field(default_factory=time.monotonic)
    turns: list[TurnEnded] = field(default_factory=list[TurnEnded])
    landed: list[Overlay] = field(default_factory=list[Overlay])
    unverified: list[str] = field(default_factory=list[str])
    checks: TurnChecks = field(init=False)

    def __post_init__(self) -> None:
        """What was wrong before the plan is noted anew for each."""
        self.checks = self.kit.checking.turn()

    def names(self) -> tuple[str, ...]:
        """The files that were written, each once."""
        files = (file.name for overlay in self.landed for file in overlay.changes)
        return tuple(dict.fromkeys(files))

    def files_changed(self) -> tuple[str, ...]:
        """The same with what only the plan's commands have changed."""
        undo = self.kit.workspace.undo
        recorded = undo.files_changed() if undo else ()
        return tuple(dict.fromkeys((*self.names(), *recorded)))

    def show_progress(self, current: int) -> None:
        """Steps before `current` are done, it is being done, the others follow."""
        states = ("done" if n < current else "doing" if n == current else "todo"
                  for n in range(len(self.plan.steps)))  # fmt: skip
        steps = zip((step.intent for step in self.plan.steps), states, strict=True)
        self.kit.remember(PlanChanged(tuple(steps)))

    def end(self, ending: Ending, text: str) -> TurnEnded:
        """The end of the whole, with the costs of all its turns."""
        ended = TurnEnded(
            ending,
            text,
            sum(turn.answers for turn in self.turns),
            sum((turn.usage for turn in self.turns), Usage()),
            sum((turn.timings for turn in self.turns), Timings()),
            time.monotonic() - self.started,
            self.files_changed() if ending == "success" else (),
            self.turns[-1].error if self.turns and ending != "success" else None,
        )
        self.kit.emit(ended)
        return ended


class _StoppedError(Exception):
    """Ends the work inside this module, with an ending and its text."""

    def __init__(self, ending: Ending, text: str) -> None:
        super().__init__(text)
        self.ending: Ending = ending
        self.text = text


async def carry_out(kit: Kit, history: list[Message], plan: Plan) -> TurnEnded:
    """Each step is a turn whose edits are staged; then all is written as one and verified.

    What fails its commands, or what the project's own checks find new, goes back to the model, at
    most twice. What still fails a command then is taken back whole, as it is when the task is
    cancelled meanwhile.
    """
    work = _Work(kit, history, plan)
    async with recorded_turn(kit.workspace, plan.goal):
        try:
            return await _carry_out(work)
        except _StoppedError as stopped:
            _take_back(work)
            return work.end(stopped.ending, stopped.text)
        except BaseException:
            _take_back(work)
            raise
        finally:
            kit.workspace.overlay = None


async def _carry_out(work: _Work) -> TurnEnded:
    kit, count = work.kit, len(work.plan.steps)
    overlay = kit.workspace.overlay = Overlay()
    for place, step in enumerate(work.plan.steps):
        work.show_progress(place)
        text = STEP.format(number=place + 1, count=count, text=render_step(step))
        await _run_turn(work, text)
    work.show_progress(count)
    if not overlay.changes:
        return work.end("failed", NOTHING)
    await _land(work, overlay)
    trouble = await _verify_and_repair(work)
    if trouble.command:
        return _give_up(work, trouble)
    await commit_turn(kit, work.plan.goal, work.files_changed())
    return work.end("success", _summary(work, trouble))


async def _verify_and_repair(work: _Work) -> _Trouble:
    """What is left after two repairs at most.

    A command that fails must be repaired; new problems alone may stay. So a repair of them that
    makes a command fail is taken back.
    """
    trouble = await _verify(work)
    sound, kept = trouble, 0
    for _repair in range(REPAIRS):
        if not trouble.command:
            sound, kept = trouble, len(work.landed)
        if not trouble or not await _let_repair(work, trouble):
            break
        trouble = await _verify(work)
    if trouble.command and kept and not _take_back(work, kept):
        return sound
    return trouble


async def _let_repair(work: _Work, trouble: _Trouble) -> bool:
    """Whether the model has changed anything for it."""
    overlay = work.kit.workspace.overlay = Overlay()
    try:
        await _run_turn(work, trouble.tell())
        if overlay.changes:
            await _land(work, overlay)
    except _StoppedError:
        if trouble.command:
            raise
        return False
    finally:
        work.kit.workspace.overlay = None
    return bool(overlay.changes)


async def _run_turn(work: _Work, text: str) -> None:
    """One turn over staged files; the whole stops when it does not succeed."""
    # The person's own check judges the whole, and one of a step would see files without it. What
    # is staged cannot be committed either.
    kit = work.kit
    options, asks = kit.options, kit.policy.mode == "ask"
    kit.options = replace(options, verify=None, schema=None, commits=None)
    if asks:
        # Staging touches nothing: the whole is asked for before it is written.
        kit.policy = replace(kit.policy, mode=STAGING)
    try:
        ended = await run_turn(kit, work.history, text)
    finally:
        kit.options = options
        if asks and kit.policy.mode == STAGING:
            # Rules, and another mode, that the person gave meanwhile stay.
            kit.policy = replace(kit.policy, mode="ask")
    work.turns.append(ended)
    if ended.ending != "success":
        raise _StoppedError(ended.ending, f"{ended.text}\n\n{NOT_KEPT}")


async def _land(work: _Work, overlay: Overlay) -> None:
    """Show the whole, ask where the mode asks, and write it."""
    kit = work.kit
    kit.workspace.overlay = None
    diffs = [(file, staged_diff(file)) for file in overlay.changes]
    whole = "".join(diff for _file, diff in diffs)
    kit.emit(ChangeProposed(whole, tuple(file.name for file, _diff in diffs)))
    accesses = tuple(Access("write", file.name, preview=diff) for file, diff in diffs)
    # What stands in the files now is compared when they are written.
    declined = (await _permitted(kit, "write", accesses, lambda: accesses)).denial
    if declined:
        said = "" if declined == SAID_NO else declined
        raise _StoppedError("blocked", f"{DECLINED} {said}".strip())
    await work.checks.before_change([file.name for file, _diff in diffs])
    with recorded_writes(kit.workspace, overlay.writes()):
        refused = write_files(overlay.writes(), kit.workspace.state)
    if refused:
        raise _StoppedError("failed", f"{refused.text} {NOT_KEPT}")
    work.landed.append(overlay)
    for file in overlay.changes:
        kit.emit(FileChanged(file.name, _digest(file.before), _digest(file.after)))


async def _permitted(
    kit: Kit, tool: str, accesses: tuple[Access, ...], look: Callable[[], tuple[Access, ...]]
) -> Permission:
    """The permission for a part of the plan; `look` says anew what it would touch."""
    judgement = kit.policy.judge(tool, accesses)
    return await permit(kit, Wanted(CALL, tool, accesses, judgement, look))


async def _verify(work: _Work) -> _Trouble:
    """The first command that fails, of the plan and of the person, and what else is new."""
    kit, bash = work.kit, work.kit.tools["bash"]
    own = kit.options.verify.command if kit.options.verify else ""
    trouble = _Trouble()
    for command in dict.fromkeys((*work.plan.commands, *filter(None, [own]))):
        args = bash.args(command=command)
        permission = Permission()
        if command != own:
            look = partial(bash.access, args, kit.workspace)
            permission = await _permitted(kit, "bash", look(), look)
            if permission.denial:
                work.unverified.append(command)
                continue
        with granted(kit, permission):
            output = await bash.run(args, kit.workspace)
        kit.emit(Noticed(f"`{command}` {'fails' if output.failed else 'passes'}."))
        if output.failed:
            trouble = _Trouble(command, output.text)
            break
    return replace(trouble, problems=await work.checks.of_whole(work.names()))


def _give_up(work: _Work, trouble: _Trouble) -> TurnEnded:
    left = _take_back(work)
    taken = left or "All files are as they were before."
    return work.end("failed", f"`{trouble.command}` still fails. {taken}\n\n{trouble.output}")


def _take_back(work: _Work, keep: int = 0) -> str:
    """Undo what was written, the last first, down to so many times; what could not be taken back,
    for a person."""
    while len(work.landed) > keep:
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


def _summary(work: _Work, trouble: _Trouble) -> str:
    said = next(turn.text for turn in reversed(work.turns) if turn.ending == "success")
    parts = [said.strip(), f"Changed together: {', '.join(work.names())}."]
    if work.unverified:
        commands = ", ".join(f"`{command}`" for command in dict.fromkeys(work.unverified))
        parts.append(f"Not verified, since these were not allowed: {commands}.")
    if trouble.problems:
        parts.append(REMAINS.format(problems=trouble.problems))
    return "\n\n".join(part for part in parts if part)


def _digest(raw: bytes | None) -> str:
    return "" if raw is None else digest(raw)
