"""`inhouse edit`: a passage goes in, the passage as the model writes it anew comes out."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inhouse.connect import connect
from inhouse.exit_codes import ExitCode
from inhouse.filtering.buffer import Buffer
from inhouse_agent.folders import folder_of_root, state_folder
from inhouse_agent.rewriting import NotRewritten, Passage, rewrite
from inhouse_agent.undo import record_turns
from inhouse_models.chat import ModelError, Usage
from inhouse_tools.recorded import recorded_turn
from inhouse_tools.refusal import Refusal
from inhouse_tools.workspace import open_workspace
from inhouse_tools.writing.changes import Proposal, change_of, land, open_text, unified_diff

if TYPE_CHECKING:
    from collections.abc import Callable

    from inhouse.build import Connect
    from inhouse.settings import Settings
    from inhouse_agent.kit import Emit

GIB: Final = 1024**3


@dataclass(frozen=True, slots=True)
class Edited:
    """`text` is what is given back: all of a buffer, or a selection alone."""

    text: str
    diff: str
    usage: Usage

    @property
    def changed(self) -> bool:
        """Whether anything differs from what came in."""
        return bool(self.diff)


@dataclass(frozen=True, slots=True)
class NotEdited:
    """Why it stays as it is, for a person, and the exit code that it means."""

    text: str
    code: ExitCode = ExitCode.FAILED


@dataclass(frozen=True, slots=True)
class Telling:
    """Who hears of progress: events of the answer, and long steps before it."""

    emit: "Emit"
    step: "Callable[[int, int, str], None]"


async def edit(
    buffer: Buffer,
    wanted: str,
    settings: "Settings",
    telling: Telling,
    connect_model: "Connect" = connect,
) -> Edited | NotEdited:
    """What the model makes of a buffer; nothing is written."""
    client = await connect_model(settings, telling.step)
    if isinstance(client, ModelError):
        return NotEdited(client.text, ExitCode.ENGINE)
    passage = Passage(buffer.text, buffer.name, buffer.before, buffer.after)
    try:
        made = await rewrite(client, telling.emit, passage, wanted)
    finally:
        await client.close()
    if isinstance(made, ModelError):
        return NotEdited(made.text, ExitCode.ENGINE)
    if isinstance(made, NotRewritten):
        return NotEdited(made.text)
    text = buffer.result(made.text)
    name = buffer.name or "stdin"
    return Edited(text, unified_diff(name, buffer.result(buffer.text), text), made.usage)


async def write_back(root: Path, file: Path, edited: Edited, wanted: str, room: float) -> str:
    """Writes the new text into the file, so that `inhouse undo` takes it back.

    Gives why it could not be written, empty when it was. `room` is what undo may take, in GiB.
    """
    workspace = open_workspace(root, state=folder_of_root(state_folder(), root))
    if isinstance(workspace, Refusal):
        return workspace.text
    notices: list[str] = []
    workspace.undo = record_turns(workspace, int(room * GIB), notices.append)
    opened = open_text(str(file), workspace)
    if isinstance(opened, Refusal):
        return opened.text
    change = change_of(opened, edited.text, parses=True)
    if isinstance(change, Refusal):
        return change.text
    async with recorded_turn(workspace, f"edit {file}: {wanted}"):
        output = land(Proposal((change,), ""), workspace)
    return output.text if output.failed else ""
