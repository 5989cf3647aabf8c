"""Asks about a folder before anything of it is obeyed."""

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inhouse.trust.question import Reply, TrustQuestion
    from inhouse.tui.app import InhouseApp


async def ask_for_trust(
    app: "InhouseApp", find: "Callable[[], TrustQuestion | None]", clock: "Callable[[], float]"
) -> "Reply | None":
    """Show what the folder brings along, if there is anything to decide, and keep the answer.

    Returns what was said, None when there was nothing to decide.
    """
    question = await asyncio.to_thread(find)
    if question is None:
        return None
    from inhouse.trust.question import reply
    from inhouse.tui.blocks.notice import NoticeBlock
    from inhouse.tui.screens.trust import TrustScreen

    said = await app.push_screen_wait(TrustScreen(question, app.composer.insert, clock))
    problem = await asyncio.to_thread(reply, question, said)
    if problem:
        app.presenter.put(NoticeBlock(problem))
    return said


def find_question(root: "Path") -> "TrustQuestion | None":
    """What is to be asked about a folder; loads much, and belongs into a thread."""
    from inhouse.trust.question import question_for

    return question_for(root)
