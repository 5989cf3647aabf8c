"""What the tests of bubblewrap share: a project, and shells inside and outside of its sandbox."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.tools.helpers_tools import call, workspace_in

from inhouse_tools.sandbox import Network, Sandbox, probe
from inhouse_tools.tool import Output

Shell = Callable[[str], Output]


def boundary(root: Path) -> Sandbox:
    """The sandbox of a folder, proven."""
    found = asyncio.run(probe(root))
    if found.kind != "bubblewrap":
        assert sys.platform != "linux", found.label
        pytest.skip(found.label)
    assert found.full, found.label
    return found


def repository(folder: Path) -> Path:
    """A new repository with one commit."""
    folder.mkdir()
    person = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    subprocess.run(["git", "init", "-q", folder], check=True)
    subprocess.run(
        ["git", *person, "commit", "-q", "--allow-empty", "-m", "one"], cwd=folder, check=True
    )
    return folder


def inside(sandbox: Sandbox, network: Network | None = None) -> Shell:
    """Runs commands as the tool does, in the sandbox."""
    workspace = workspace_in(sandbox.writable[0])
    workspace.sandbox = sandbox
    workspace.network = network
    return lambda command: call(workspace, "bash", command=command, timeout=20)


def outside(root: Path) -> Shell:
    """Runs commands as the tool does, without a sandbox."""
    return lambda command: call(workspace_in(root), "bash", command=command, timeout=20)


def everything_in(root: Path) -> Mapping[str, bytes | None]:
    """Every path below a folder with its bytes, None for a folder; git's own logs are left out."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(root.rglob("*"))
    }
