"""Slash commands that take back what turns have done: their files, the conversation, or both."""

from typing import TYPE_CHECKING, Final

from inhouse.tui.blocks.notice import NoticeBlock
from inhouse.tui.commands.command import SlashCommand

if TYPE_CHECKING:
    from inhouse.live.rewinding import Overrule, Problem, RewindPoint, Rewound
    from inhouse.live.undoing import Way
    from inhouse.tui.app import InhouseApp
    from inhouse.tui.composer.chips import Written

NOT_OPEN: Final = "The session is not open yet. Try again in a moment."
FORCE: Final = "--force"
OVERWRITE: Final = "Overwrite what was changed since then? /redo brings it back."
TAKE_OTHERS: Final = "Take back what the other session did, too? /redo brings it back."
USAGE: Final = "/{} takes a number of turns, the id of one, or list; and --force."


async def undo(app: "InhouseApp", arguments: str) -> None:
    """Takes back what the last turns have changed."""
    await _undo_or_redo(app, "undo", arguments)


async def redo(app: "InhouseApp", arguments: str) -> None:
    """Does again what was taken back."""
    await _undo_or_redo(app, "redo", arguments)


async def _undo_or_redo(app: "InhouseApp", way: "Way", arguments: str) -> None:
    words = [word for word in arguments.split() if word != FORCE]
    force = FORCE in arguments.split()
    if len(words) > 1 or words[:1] == ["0"]:
        app.presenter.put(NoticeBlock(USAGE.format(way)))
    elif words == ["list"]:
        await _choose_turn(app)
    else:
        which = words[0] if words else "1"
        # A short number counts turns, anything else is an id.
        counts = which.isdecimal() and len(which) <= 3
        await move(app, way, int(which) if counts else which, force=force)


async def _choose_turn(app: "InhouseApp") -> None:
    import asyncio

    from inhouse.live.undoing import list_turns
    from inhouse.tui.screens.undo import UndoScreen

    wish = app.live.wish
    if wish is None:
        app.presenter.put(NoticeBlock(NOT_OPEN))
        return
    found = await asyncio.to_thread(list_turns, wish)
    if isinstance(found, str):
        app.presenter.put(NoticeBlock(found))
        return
    choice = await app.push_screen_wait(UndoScreen(found.turns))
    if choice is not None:
        await move(app, choice.way, choice.id)


async def move(app: "InhouseApp", way: "Way", which: int | str, *, force: bool = False) -> None:
    """Takes turns back or does them again, and asks where something was changed since."""
    from inhouse.live.undoing import move_turns
    from inhouse.tui.screens.confirm import ConfirmScreen

    undone = await move_turns(app.live, way, which, force=force)
    say(app, undone.lines)
    if undone.forceable and not force:
        ask = ConfirmScreen(undone.stopped, OVERWRITE, yes="overwrite", no="leave it")
        if await app.push_screen_wait(ask):
            left = which - undone.moved if isinstance(which, int) else which
            await move(app, way, left, force=True)
    elif undone.stopped:
        app.presenter.put(NoticeBlock(undone.stopped))


async def rewind(app: "InhouseApp", _arguments: str) -> None:
    """Goes back to the moment before a prompt that the person picks."""
    from inhouse.live.rewinding import rewind_points
    from inhouse.tui.screens.rewind import RewindScreen

    built = app.live.built
    if built is None:
        app.presenter.put(NoticeBlock(NOT_OPEN))
        return
    choice = await app.push_screen_wait(RewindScreen(rewind_points(built.session)))
    if choice is not None:
        await go_back(app, choice.point, code=choice.code, conversation=choice.conversation)


async def go_back(
    app: "InhouseApp", point: "RewindPoint", *, code: bool, conversation: bool
) -> None:
    """Goes back; the prompt stands in the composer again."""
    from inhouse.live import rewinding

    overrule = rewinding.Overrule()
    while True:
        done = await rewinding.rewind(
            app.live, point, code=code, conversation=conversation, overrule=overrule
        )
        if isinstance(done, rewinding.Rewound):
            break
        agreed = await _overrule(app, done, overrule)
        if agreed is None:
            return
        overrule = agreed
    built = app.live.built
    if conversation and built is not None:
        app.presenter.restart(built.session.events())
        app.composer.put(await as_before(app, done))
        app.follow()
    say(app, done.lines)


async def as_before(app: "InhouseApp", done: "Rewound") -> "Written":
    """The prompt as it stood in the composer."""
    import asyncio

    from inhouse.tui.composer.returning import as_written

    folder = app.composer.sources.pictures
    return await asyncio.to_thread(as_written, done.prompt, done.images, folder)


async def _overrule(
    app: "InhouseApp", problem: "Problem", overrule: "Overrule"
) -> "Overrule | None":
    """What the person allows after this problem; None when it ends here."""
    from dataclasses import replace

    from inhouse.tui.screens.confirm import ConfirmScreen

    if problem.kind == "stuck":
        app.presenter.put(NoticeBlock(problem.text))
        return None
    others = problem.kind == "others"
    question = TAKE_OTHERS if others else OVERWRITE
    if not await app.push_screen_wait(ConfirmScreen(problem.text, question)):
        return None
    return replace(overrule, others=True) if others else replace(overrule, force=True)


def say(app: "InhouseApp", lines: "tuple[str, ...]") -> None:
    """Says what was done, in the session as well."""
    from inhouse_agent.events import Noticed

    if not lines:
        return
    text = "\n".join(lines)
    if app.live.built is None:
        app.presenter.put(NoticeBlock(text))
    else:
        app.live.built.kit.emit(Noticed(text))


COMMANDS = (
    SlashCommand(
        "undo",
        "take back what the last turns changed",
        undo,
        "[N|ID|list] [--force]",
        while_busy=False,
    ),
    SlashCommand(
        "redo", "do again what was taken back", redo, "[N|ID] [--force]", while_busy=False
    ),
    SlashCommand("rewind", "go back to before a prompt (Esc Esc)", rewind, while_busy=False),
)
