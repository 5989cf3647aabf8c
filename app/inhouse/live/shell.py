"""A command that the person runs: shown like a call, and told to the model."""

import secrets
import time
from typing import TYPE_CHECKING, Final

from inhouse_agent.events import ToolEnded, ToolProgress, ToolStarted
from inhouse_tools.recorded import recorded_turn
from inhouse_tools.tool import Output

if TYPE_CHECKING:
    from inhouse_agent.kit import Kit

TOLD: Final = "I ran this command myself:\n$ {}\n{}"


async def run_own_command(kit: "Kit", command: str) -> tuple[Output, str]:
    """What the command printed, and what the model is told of it.

    It runs in the sandbox of the session, unasked, and can be undone like a turn.
    """
    bash = kit.tools["bash"]
    call = f"shell-{secrets.token_hex(4)}"
    kit.emit(ToolStarted(call, "bash", f"! {command}", ""))
    started = time.monotonic()
    kit.workspace.progress = lambda text: kit.emit(ToolProgress(call, text))
    async with recorded_turn(kit.workspace, f"! {command}"):
        output = await bash.run(bash.args(command=command), kit.workspace)
    seconds = time.monotonic() - started
    kit.emit(ToolEnded(call, "bash", output.text, output.show, output.failed, seconds))
    return output, TOLD.format(command, output.text)
