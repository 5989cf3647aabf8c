"""Sessions are deleted by id or by age; open ones stay."""

from pathlib import Path

import pytest

from inhouse_agent.events import MessageAdded
from inhouse_agent.journal import sessions_folder
from inhouse_agent.session import Session, SessionSummary, list_sessions
from inhouse_agent.session_removal import old_sessions, remove_sessions
from inhouse_models.chat import Message

DAY = 86_400.0


def created(root: Path) -> Session:
    session = Session.create(root, "model")
    assert isinstance(session, Session)
    session.append(MessageAdded(Message("user", "Hello")))
    return session


def closed(root: Path) -> str:
    session = created(root)
    session.close()
    return session.id


def test_named_sessions_go(tmp_path: Path) -> None:
    first, second, third = (closed(tmp_path) for _ in range(3))
    removal = remove_sessions([first, second[:9], first])
    assert removal.removed == (first, second)
    assert removal.problems == ()
    assert [one.id for one in list_sessions()] == [third]


def test_an_open_session_stays(tmp_path: Path) -> None:
    session, other = created(tmp_path), closed(tmp_path)
    removal = remove_sessions([session.id, other])
    assert removal.removed == (other,)
    (problem,) = removal.problems
    assert problem.kind == "busy"
    assert session.id in problem.text
    session.append(MessageAdded(Message("assistant", "Hi.")))
    session.close()
    assert remove_sessions([session.id]).removed == (session.id,)


def test_what_cannot_be_read_goes_too(tmp_path: Path) -> None:
    identifier = closed(tmp_path)
    (sessions_folder() / f"{identifier}.jsonl").write_bytes(b"{torn")
    assert remove_sessions([identifier]).removed == (identifier,)


@pytest.mark.parametrize("identifier", ["", "*", "../x", "ffffffffffff"])
def test_what_is_not_there_is_said(tmp_path: Path, identifier: str) -> None:
    kept = closed(tmp_path)
    removal = remove_sessions([identifier])
    assert removal.removed == ()
    assert [problem.kind for problem in removal.problems] == ["missing"]
    assert [one.id for one in list_sessions()] == [kept]


def test_a_fork_needs_nothing_of_what_it_was_copied_from(tmp_path: Path) -> None:
    session = created(tmp_path)
    fork = session.fork()
    assert isinstance(fork, Session)
    session.close()
    fork.close()
    remove_sessions([session.id])
    again = Session.open(fork.id)
    assert isinstance(again, Session)
    assert again.history() == [Message("user", "Hello")]
    again.close()


@pytest.mark.parametrize(
    ("before", "keep", "expected"),
    [(2.5, 0, "43"), (None, 1, "432"), (None, 9, ""), (2.5, 3, "4"), (9.0, 0, ""), (0.5, 2, "43")],
)
def test_which_are_old(tmp_path: Path, before: float | None, keep: int, expected: str) -> None:
    """Four sessions that were changed 1 to 4 days ago, the newest first."""
    sessions = [
        SessionSummary(str(age), tmp_path, "", "", -age * DAY, "", tmp_path) for age in range(1, 5)
    ]
    seconds = None if before is None else -before * DAY
    found = old_sessions(sessions, before=seconds, keep=keep)
    assert "".join(sorted((one.id for one in found), reverse=True)) == expected
