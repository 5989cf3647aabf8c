"""Slash commands that begin or steer a turn, and the one that ends everything."""

from typing import TYPE_CHECKING, Final, cast, get_args

from inhouse.tui.blocks.notice import NoticeBlock
from inhouse.tui.commands.command import SlashCommand

if TYPE_CHECKING:
    from inhouse.tui.app import InhouseApp

INIT: Final = (
    "Look at this repository: what it is for, how it is built, tested and laid out, which "
    "conventions its code follows. Then write AGENTS.md: what somebody who is to change this code "
    "has to know, in at most 60 lines, with the exact commands to build, test and check. If there "
    "is an AGENTS.md already, keep what is still true and improve it."
)
IN_PLAN: Final = "Mode plan: say what is to be changed; nothing is written before you approve it."
BUSY: Final = "A turn is running. Interrupt it with Esc, or wait until it has ended."
NOT_OPEN: Final = "The session is not open yet."


async def begin_agents_file(app: "InhouseApp", _arguments: str) -> None:
    """Has the model write what somebody needs to know who changes this code."""
    app.live.send(INIT)


async def compact(app: "InhouseApp", about: str) -> None:
    """Summarises the conversation to make room."""
    from inhouse_agent.compaction import NotCompacted

    result = await app.live.compact(about)
    if result is None:
        app.presenter.put(NoticeBlock(NOT_OPEN if app.live.built is None else BUSY))
    elif isinstance(result, NotCompacted):
        app.presenter.put(NoticeBlock(result.text))


async def plan(app: "InhouseApp", task: str) -> None:
    """Has a change planned before anything is written."""
    app.live.set_mode("plan")
    if task:
        app.live.send(task)
    else:
        app.presenter.put(NoticeBlock(IN_PLAN))


async def set_mode(app: "InhouseApp", name: str) -> None:
    """Chooses what goes ahead unasked."""
    from inhouse_agent.permission import Mode

    modes = get_args(Mode)
    if name in modes:
        app.live.set_mode(cast("Mode", name))
        return
    app.presenter.put(NoticeBlock(f"The modes are {', '.join(modes)}; now: {app.live.mode}."))


async def leave(app: "InhouseApp", _arguments: str) -> None:
    """Ends the program; the session stays."""
    await app.action_quit()


COMMANDS = (
    SlashCommand("init", "write AGENTS.md for this repository", begin_agents_file),
    SlashCommand("compact", "summarise the conversation to make room", compact, "[ABOUT]"),
    SlashCommand("plan", "plan a change before anything is written", plan, "[TASK]"),
    SlashCommand("mode", "what goes ahead unasked", set_mode, "plan|ask|auto-edit|yolo"),
    SlashCommand("quit", "end the program; the session stays", leave),
)
