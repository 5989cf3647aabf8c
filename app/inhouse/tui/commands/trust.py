"""The slash command about what of this folder is obeyed."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from inhouse.tui.blocks.notice import NoticeBlock
from inhouse.tui.commands.command import SlashCommand

if TYPE_CHECKING:
    from inhouse.tui.app import InhouseApp


async def trust_folder(app: "InhouseApp", _arguments: str) -> None:
    """Shows what the folder brings along, asks where something is not obeyed, and goes on so."""
    from inhouse.build import BuildProblem
    from inhouse.live.obeying import obeying
    from inhouse.trust.question import question_for
    from inhouse.trust.report import report_on

    root = app.opening.root
    app.presenter.put(NoticeBlock(await asyncio.to_thread(report_on, root)))
    before = await asyncio.to_thread(app.opening.make_wish)
    said = await app.ask_for_trust(partial(question_for, root, wanted=True))
    if said not in {"trust", "once"}:
        return
    after = await asyncio.to_thread(app.opening.make_wish)
    if isinstance(after, BuildProblem):
        app.presenter.put(NoticeBlock(after.text))
    elif not isinstance(before, BuildProblem):
        if app.live.wish is not None:
            app.live.wish = obeying(app.live.wish, before, after)
        await app.open_session(app.live.resume)


COMMANDS = (
    SlashCommand(
        "trust", "what this folder brings along, and whether to obey it", trust_folder,
        while_busy=False,
    ),
)  # fmt: skip
