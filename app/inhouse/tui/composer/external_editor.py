"""Writing on in the person's own editor while the app stands still."""

import asyncio
from pathlib import Path
from typing import Any, Final

from textual.app import App, SuspendNotSupported

from inhouse.editing import edit_text
from inhouse_tools.refusal import Refusal

NAME: Final = "prompt.md"


async def edit_outside(app: App[Any], text: str, folder: Path) -> str | Refusal:
    """The text as the editor leaves it. What goes on behind it goes on, but nothing is drawn."""
    try:
        with app.batch_update(), app.suspend():
            edited = await asyncio.to_thread(edit_text, text, folder, NAME)
    except SuspendNotSupported:
        return Refusal("This terminal cannot be handed over to an editor.")
    if isinstance(edited, Refusal):
        return edited
    # Editors end a file with a line break that nobody wrote.
    return edited if text.endswith("\n") else edited.removesuffix("\n")
