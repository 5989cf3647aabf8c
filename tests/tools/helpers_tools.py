"""What the tests of the tools share: a workspace, and one call of a tool."""

import asyncio
from pathlib import Path
from typing import Any

from inhouse_tools.refusal import Refusal
from inhouse_tools.registry import builtin_tools
from inhouse_tools.sandbox import Sandbox
from inhouse_tools.tool import Output, Workspace
from inhouse_tools.workspace import open_workspace

TOOLS = builtin_tools()


def workspace_in(root: Path, *extra: Path) -> Workspace:
    """A workspace without a sandbox."""
    opened = open_workspace(root, extra, Sandbox.off())
    assert not isinstance(opened, Refusal)
    return opened


def call(workspace: Workspace, name: str, /, **arguments: Any) -> Output:
    """The answer of one call with arguments as a model gives them."""
    tool = TOOLS[name]
    args = tool.args.model_validate(arguments)

    async def answer() -> Output:
        tool.access(args, workspace)
        return await tool.run(args, workspace)

    return asyncio.run(answer())


def project(root: Path, files: dict[str, str]) -> Workspace:
    """A workspace with files that were all read."""
    root.mkdir(parents=True, exist_ok=True)
    workspace = workspace_in(root)
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        assert not call(workspace, "read", file_path=name).failed
    return workspace
