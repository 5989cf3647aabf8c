"""A bench whose small model is guided, with the tools that ship and a bash that is played."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.agent.kits import Bench, scripted

from inhouse_agent.profile import SMALL_PROFILE
from inhouse_models.scripted import Answer
from inhouse_tools.registry import builtin_tools
from inhouse_tools.tool import Output, Workspace

SOURCE = "def add(a, b):\n    return a - b\n\n\ndef sub(a, b):\n    return a - b\n"
FIXED = "def add(a, b):\n    return a + b\n"
FAILS = Output("3 != -1\n[exit code 1]", failed=True)
PASSES = Output("OK\n[exit code 0]")


def guided(root: Path, *answers: Answer, bash: Sequence[Output] = ()) -> Bench:
    """A folder with sums.py; each command gives the next of the outputs of `bash`."""
    (root / "sums.py").write_text(SOURCE)
    outputs = list(bash)

    async def run(_args: Any, _workspace: Workspace) -> Output:
        return outputs.pop(0)

    bench = scripted(root, *answers)
    tools = builtin_tools()
    bench.kit.tools = {**tools, "bash": replace(tools["bash"], run=run)}
    bench.kit.profile = SMALL_PROFILE
    bench.kit.workspace.keeps_symbols = True
    return bench
