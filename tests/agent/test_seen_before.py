"""What a model has read in a session that goes on is not read again before it is changed."""

from pathlib import Path

import pytest
from tests.agent.test_still_seen import SOURCE

from inhouse_agent.events import (
    Compacted,
    Event,
    FileChanged,
    MessageAdded,
    ToolEnded,
    ToolStarted,
)
from inhouse_agent.seen_before import remember_files
from inhouse_models.chat import Message
from inhouse_tools.refusal import Refusal
from inhouse_tools.tool import Workspace
from inhouse_tools.workspace import open_workspace
from inhouse_tools.writing.files import digest

READ = digest(SOURCE.encode())


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "a.py").write_text(SOURCE)
    opened = open_workspace(tmp_path)
    assert not isinstance(opened, Refusal)
    return opened


def called(name: str, *between: Event, failed: bool = False, **show: str) -> tuple[Event, ...]:
    return (
        ToolStarted("1", name, name, "{}"),
        *between,
        ToolEnded("1", name, "text", show, failed),
    )


LOOK = called("read", path="a.py", sha256=READ)
KNOWN = {
    "read": LOOK,
    "attached": (MessageAdded(Message("user", f"a.py\n```\n{SOURCE}```\n\nTask:\nGo.")),),
    "written": called("write", FileChanged("a.py", "", READ)),
    "read and edited": (
        *called("read", path="a.py", sha256="0"),
        *called("edit", FileChanged("a.py", "0", READ)),
    ),
}
STALE = {
    "failed": called("read", failed=True, path="a.py", sha256=READ),
    "a part of it": (MessageAdded(Message("user", f"a.py\n```\n{SOURCE[:-9]}```")),),
    "said by the model": (MessageAdded(Message("assistant", f"a.py\n```\n{SOURCE}```")),),
    "outside": (MessageAdded(Message("user", "../a.py\n```\nx\n```")),),
    "of a command": (
        *called("read", path="a.py", sha256="0"),
        *called("bash", FileChanged("a.py", "0", READ)),
    ),
    "edited unread": called("edit", FileChanged("a.py", "0", READ)),
    "removed": (*LOOK, *called("edit", FileChanged("a.py", READ, ""))),
    "summarised": (*LOOK, Compacted(10, 5, 0, (Message("user", "It was read."),))),
}


@pytest.mark.parametrize("case", KNOWN)
def test_what_was_read_counts_as_read(workspace: Workspace, case: str) -> None:
    remember_files(workspace, KNOWN[case])
    assert workspace.seen == {"a.py": READ}


@pytest.mark.parametrize("case", STALE)
def test_what_the_model_does_not_know_counts_as_unread(workspace: Workspace, case: str) -> None:
    remember_files(workspace, STALE[case])
    assert workspace.seen.get("a.py") != READ
