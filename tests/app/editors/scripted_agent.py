"""An agent on standard input and output whose model follows a script."""

import asyncio
from pathlib import Path

from inhouse.acp.serving import serve
from inhouse.build import Wish
from inhouse.settings import Settings
from inhouse_models.chat import ModelClient, ModelError
from inhouse_models.scripted import Answer, ScriptedModel, SlowModel, call, say

READ = call("read", file_path="notes.txt")
EDIT = call("edit", file_path="notes.txt", old_string="milk", new_string="tea")
CASES: dict[str, tuple[Answer, ...]] = {
    "say": (say("It says **milk**."), say("Again.")),
    "edit": (READ, EDIT, say("Changed.")),
    "shell": (call("bash", command="echo from the shell"), say("Run.")),
    "three commands": (
        call("bash", command="printf 'one\\n\\033[2Jtwo\\n'; exit 3"),
        call("bash", command="seq 60000"),
        call("bash", command="kill -9 $$"),
        say("Run."),
    ),
    "waiting command": (call("bash", command="echo process $$ waits; sleep 600"), say("Run.")),
    "search": (READ, call("grep", pattern="milk|tea"), say("Found.")),
    "none": (),
}


def model_of(case: str) -> ModelClient | ModelError:
    """The model of a case."""
    if case == "slow":
        return SlowModel(say("a\nb\nc\n"))
    if case == "no model":
        return ModelError("no_model", "No model is on this machine yet.")
    return ScriptedModel(CASES[case])


def main(case: str) -> None:
    """Serve one editor."""

    async def connect(_settings: Settings, _progress: object) -> ModelClient | ModelError:
        return model_of(case)

    def make_wish(root: Path, extra: tuple[Path, ...]) -> Wish:
        return Wish(root, Settings(sandbox="off"), "ask", extra=extra)

    asyncio.run(serve(make_wish, connect))
