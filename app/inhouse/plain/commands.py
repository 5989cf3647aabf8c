"""The slash commands that make sense in plain lines."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast, get_args

from inhouse.live.undoing import FORCE, move_turns
from inhouse.live.worktree_changes import worktree_changes

if TYPE_CHECKING:
    from inhouse.live.live_session import LiveSession
    from inhouse.plain.printer import Printer

Run = Callable[["LiveSession", "Printer", str], Awaitable[None]]
NOT_OPEN: Final = "The session is not open."
NO_PLAN: Final = "No plan waits."
SAME: Final = "Nothing differs from the last commit."
NAME_MISSING: Final = "Which model? /model NAME; inhouse models list shows those that are here."


@dataclass(frozen=True, slots=True)
class PlainCommand:
    """What is done in the loop of the session; `takes` names what may stand behind the name."""

    summary: str
    run: Run
    takes: str = ""


async def undo(live: "LiveSession", printer: "Printer", arguments: str) -> None:
    """Takes back what the last turn changed."""
    await _move(live, printer, arguments, redo=False)


async def redo(live: "LiveSession", printer: "Printer", arguments: str) -> None:
    """Does again what was taken back last."""
    await _move(live, printer, arguments, redo=True)


async def _move(live: "LiveSession", printer: "Printer", arguments: str, *, redo: bool) -> None:
    words = arguments.split()
    which = next((word for word in words if word != FORCE), "1")
    wanted = int(which) if which.isdecimal() and len(which) < 4 else which
    done = await move_turns(live, "redo" if redo else "undo", wanted, force=FORCE in words)
    for line in (*done.lines, done.stopped):
        if line:
            printer.say(line)


async def show_diff(live: "LiveSession", printer: "Printer", _arguments: str) -> None:
    """Everything that differs from the last commit."""
    if live.wish is None:
        printer.say(NOT_OPEN)
        return
    changes = await worktree_changes(live.wish.root)
    printer.say(changes.text.rstrip("\n") or changes.note or SAME)
    if changes.text and changes.note:
        printer.say(changes.note)


async def compact(live: "LiveSession", printer: "Printer", about: str) -> None:
    """Summarises the conversation."""
    from inhouse_agent.compaction import NotCompacted

    result = await live.compact(about)
    if result is None or isinstance(result, NotCompacted):
        printer.say(NOT_OPEN if result is None else result.text)


async def begin_anew(live: "LiveSession", printer: "Printer", _arguments: str) -> None:
    """Another session in the same folder; the old one stays."""
    from inhouse.build import Resume

    old = live.built.session.id if live.built else ""
    printer.plan = None
    opened = await live.open(Resume())
    if opened:
        printer.say(f"A new session has begun. {_kept(old)}".strip())
    elif live.problem:
        printer.say(live.problem.text)


def _kept(session: str) -> str:
    return f"The old one is kept: inhouse -r {session}" if session else ""


async def switch_model(live: "LiveSession", printer: "Printer", name: str) -> None:
    """The same session with another model."""
    if not name:
        now = f"{live.info.name} answers. " if live.info else ""
        printer.say(now + NAME_MISSING)
        return
    problem = await live.switch_model(name)
    printer.say(problem or (f"{live.info.name} answers now." if live.info else NOT_OPEN))


async def set_mode(live: "LiveSession", printer: "Printer", name: str) -> None:
    """What goes ahead unasked."""
    from inhouse_agent.permission import Mode

    if name in get_args(Mode):
        live.set_mode(cast("Mode", name))
    elif name:
        printer.say(f"The modes are {', '.join(get_args(Mode))}.")
    printer.say(f"mode: {live.mode}")


async def carry_out(live: "LiveSession", printer: "Printer", _arguments: str) -> None:
    """Does what the plan that waits says, as one change."""
    plan, printer.plan = printer.plan, None
    if plan is None:
        printer.say(NO_PLAN)
    elif not await live.carry_out(plan):
        printer.plan = plan
        printer.say(NOT_OPEN)


async def show_status(live: "LiveSession", printer: "Printer", _arguments: str) -> None:
    """What holds now."""
    from inhouse.live.state_facts import gather_state

    for group in await gather_state(live):
        printer.say(f"{group.heading}:")
        for name, value in group.facts:
            printer.say(f"  {name}: {value}")


async def control_engine(_live: "LiveSession", printer: "Printer", words: str) -> None:
    """The engine's memory: shown, given away, and back."""
    from inhouse.engine_memory import obey

    for line in (await obey(words)).splitlines():
        printer.say(line)


async def show_help(_live: "LiveSession", printer: "Printer", _arguments: str) -> None:
    """All of this."""
    for name, command in COMMANDS.items():
        printer.say(f"/{name} {command.takes}".rstrip() + f": {command.summary}")
    printer.say("/trust: what this folder brings along, and whether to obey it")
    printer.say("/quit, or Ctrl+D: end; the session is kept")
    printer.say("!COMMAND: run a command of your own")
    printer.say("A line that ends with a backslash goes on in the next line.")
    printer.say("Ctrl+C ends the answer; pressed twice it ends the program.")


COMMANDS: Final[Mapping[str, PlainCommand]] = {
    "help": PlainCommand("these lines", show_help),
    "undo": PlainCommand("take back what the last turn changed", undo, "[N] [--force]"),
    "redo": PlainCommand("do again what was taken back", redo, "[N] [--force]"),
    "diff": PlainCommand("what differs from the last commit", show_diff),
    "compact": PlainCommand("summarise the conversation to make room", compact, "[ABOUT]"),
    "new": PlainCommand("another session; this one is kept", begin_anew),
    "model": PlainCommand("go on with another model", switch_model, "NAME"),
    "mode": PlainCommand("what goes ahead unasked", set_mode, "[plan|ask|auto-edit|yolo]"),
    "carry-out": PlainCommand("do what the plan that waits says", carry_out),
    "engine": PlainCommand(
        "the model's memory: for other programs, and back", control_engine, "[pause [TIME]|resume]"
    ),
    "status": PlainCommand("model, session, safety and settings", show_status),
}
