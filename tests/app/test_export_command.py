"""`inhouse sessions export|rename` as a person uses them."""

from pathlib import Path

import pytest
from tests.app.conftest import Run

from inhouse_agent.events import MessageAdded, TurnStarted
from inhouse_agent.session import Session, list_sessions
from inhouse_models.chat import Message


@pytest.fixture
def identifier(folder: Path) -> str:
    """A closed session of the folder."""
    session = Session.create(folder, "model")
    assert isinstance(session, Session)
    session.append(TurnStarted("Say <hi>\x1b[2J", "ask", "model"))
    session.append(MessageAdded(Message("assistant", "**Hi.**")))
    session.close()
    return session.id


def test_export_to_the_output_and_to_files(inhouse: Run, folder: Path, identifier: str) -> None:
    shown = inhouse("sessions", "export")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("# Say \\<hi\\>")
    assert shown.stdout.endswith("**Hi.**\n")
    assert "\x1b" not in shown.stdout
    written = inhouse("sessions", "export", identifier[:6], "-o", "talk.html")
    assert written.stdout == "exported to talk.html\n"
    page = (folder / "talk.html").read_text(encoding="utf-8")
    assert "<strong>Hi.</strong>" in page
    again = inhouse("sessions", "export", "--format", "md", "-o", "talk.html")
    assert (again.returncode, again.stdout) == (1, "")
    assert "talk.html exists already" in again.stderr
    assert (folder / "talk.html").read_text(encoding="utf-8") == page


def test_rename_shows_in_the_list(inhouse: Run, identifier: str) -> None:
    done = inhouse("sessions", "rename", identifier[:6], "A  good\ttitle")
    assert done.stdout == f"{identifier}: A good title\n"
    assert "A good title" in inhouse("sessions", "list").stdout
    session = Session.open(identifier)
    assert isinstance(session, Session)
    busy = inhouse("sessions", "rename", identifier, "Another")
    session.close()
    assert busy.returncode == 2
    assert "open" in busy.stderr
    assert list_sessions()[0].title == "A good title"
