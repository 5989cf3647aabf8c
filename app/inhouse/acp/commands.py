"""The slash commands that an editor offers: those of plain lines that make sense there."""

from difflib import get_close_matches
from io import StringIO
from typing import TYPE_CHECKING, Final

from acp.schema import AvailableCommand, AvailableCommandInput, UnstructuredCommandInput

from inhouse.plain.commands import COMMANDS
from inhouse.plain.printer import Printer

if TYPE_CHECKING:
    from inhouse.live.live_session import LiveSession
    from inhouse_agent.plan import Plan

OFFERED: Final = ("undo", "redo", "diff", "compact", "carry-out", "status")


def offered_commands() -> list[AvailableCommand]:
    """What stands in the editor's list, without the slash."""
    return [
        AvailableCommand(
            name=name,
            description=COMMANDS[name].summary,
            input=_input(COMMANDS[name].takes),
        )
        for name in OFFERED
    ]


def _input(takes: str) -> AvailableCommandInput | None:
    return AvailableCommandInput(UnstructuredCommandInput(hint=takes)) if takes else None


async def run_command(live: "LiveSession", text: str, plan: "Plan | None") -> str | None:
    """What a command says, for a prompt that is one; None for any other prompt.

    `plan` is the one that waits to be carried out.
    """
    name, _, arguments = text.removeprefix("/").partition(" ")
    if not text.startswith("/") or "/" in name or not name.isprintable() or "\n" in name:
        return None
    if name not in OFFERED:
        near = get_close_matches(name, OFFERED, n=1)
        return f"There is no command /{name}. Did you mean /{near[0]}?" if near else None
    said = StringIO()
    await COMMANDS[name].run(live, Printer(said, plan=plan), arguments.strip())
    return said.getvalue()
