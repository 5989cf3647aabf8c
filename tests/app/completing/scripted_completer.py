"""`inhouse complete` on standard input and output whose model follows a script: `python … ROOT`."""

import asyncio
import sys
from pathlib import Path

from inhouse.completing.start import serve
from inhouse.settings import Settings
from inhouse_models.chat import ModelClient, ModelError
from inhouse_models.scripted_completion import ScriptedCompletions


def main(root: Path, each: bool) -> None:
    """Serve until the input ends."""
    fault = ModelError("request", "This model was not made to fill in.")
    model = ScriptedCompletions((), texts=("a + b", "a - b", fault, "last"), slow="wait")

    async def connect(_settings: Settings, _progress: object) -> ModelClient | ModelError:
        return model

    asyncio.run(serve(root, Settings(), each=each, connect_model=connect))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] == ["--each"])
