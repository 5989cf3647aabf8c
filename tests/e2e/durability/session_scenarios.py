"""Sessions: what is said is appended to a file."""

from pathlib import Path
from typing import Final

from tests.e2e.durability.scenario import FaultError, Scenario, require

from inhouse_agent.events import MessageAdded
from inhouse_agent.journal import SessionProblem, read_journal
from inhouse_agent.session import Session, list_sessions
from inhouse_models.chat import Message


def _say(text: str) -> MessageAdded:
    return MessageAdded(Message("user", text * 500))


def _prepare_session(work: Path) -> None:
    session = _opened(Session.create(work, "model"))
    session.append(_say("First."))
    session.append(_say("Second."))
    session.close()


def _prepare_torn_session(work: Path) -> None:
    _prepare_session(work)
    path = list_sessions()[0].path
    path.write_bytes(path.read_bytes()[:-100])


def _opened(session: Session | SessionProblem) -> Session:
    if isinstance(session, SessionProblem):
        raise FaultError(session.text)
    return session


def _append(work: Path) -> str:
    session = Session.latest(work)
    if isinstance(session, SessionProblem):
        return session.text
    problem = session.append(_say("Third."))
    session.close()
    return problem.text if problem else ""


def _open(work: Path) -> str:
    session = Session.latest(work)
    if isinstance(session, SessionProblem):
        return session.text
    session.close()
    return ""


def _fork(work: Path) -> str:
    session = Session.latest(work)
    if isinstance(session, SessionProblem):
        return session.text
    copy = session.fork()
    session.close()
    if isinstance(copy, SessionProblem):
        return copy.text
    copy.close()
    return ""


def _create(work: Path) -> str:
    session = Session.create(work, "model")
    if isinstance(session, SessionProblem):
        return session.text
    session.close()
    return ""


def _look_at_sessions(work: Path) -> object:
    """The events of every session, without what has other values each time."""
    found: list[str] = []
    for summary in list_sessions():
        contents = read_journal(summary.path)
        if isinstance(contents, SessionProblem):
            raise FaultError(contents.text)
        found.append(repr([entry.event for entry in contents.entries]))
    return sorted(found)


def _restart_sessions(work: Path) -> list[str]:
    said: list[str] = []
    for summary in list_sessions(work):
        session = _opened(Session.open(summary.id))
        said += session.notices
        session.close()
    return said


def _append_more(work: Path) -> None:
    before = len(_opened(Session.latest(work, reading=True)).entries)
    require(not _append(work), "nothing can be appended")
    session = _opened(Session.latest(work, reading=True))
    require(len(session.entries) == before + 1, "an entry was lost")
    session.close()
    require(not _create(work), "no session can be made")
    left = sorted(path.name for path in (work / "xdg" / "inhouse" / "sessions").iterdir())
    left = [name for name in left if not name.endswith((".jsonl", ".torn"))]
    require(not left, f"left behind: {left}")


SESSIONS: Final = (_look_at_sessions, _restart_sessions, _append_more)
SESSION_SCENARIOS: Final = (
    Scenario("session append", _prepare_session, _append, *SESSIONS),
    Scenario("session repair", _prepare_torn_session, _open, *SESSIONS),
    Scenario("session create", _prepare_session, _create, *SESSIONS),
    Scenario("session fork", _prepare_session, _fork, *SESSIONS),
)
