"""Deletes sessions: those named, or those that are old."""

from collections.abc import Sequence
from dataclasses import dataclass

from inhouse_agent.journal import SessionProblem
from inhouse_agent.journal_file import JournalFile, remove_journal
from inhouse_agent.session import SessionSummary, find_session


@dataclass(frozen=True, slots=True)
class Removal:
    """What came of it: the ids of the sessions that are gone, and why others stay.

    Whoever keeps something else for a session, such as the engine its states, forgets these ids.
    """

    removed: tuple[str, ...] = ()
    problems: tuple[SessionProblem, ...] = ()


def remove_sessions(identifiers: Sequence[str]) -> Removal:
    """Deletes the sessions of these ids, or of the only ids that begin so.

    A session that is open somewhere stays. One that cannot be read any more goes as well.
    """
    removed: list[str] = []
    problems: list[SessionProblem] = []
    for identifier in dict.fromkeys(identifiers):
        done = _remove(identifier)
        if isinstance(done, SessionProblem):
            problems.append(done)
        else:
            removed.append(done)
    return Removal(tuple(removed), tuple(problems))


def old_sessions(
    sessions: Sequence[SessionSummary], *, before: float | None, keep: int
) -> list[SessionSummary]:
    """Those of the sessions, the newest first, that may go: all but the first `keep`.

    With `before`, in seconds since the epoch, only those that were last changed before that.
    """
    return [one for one in sessions[keep:] if before is None or one.changed < before]


def _remove(identifier: str) -> str | SessionProblem:
    path = find_session(identifier)
    if isinstance(path, SessionProblem):
        return path
    # Who holds the lock writes to it.
    file = JournalFile.open(path)
    if isinstance(file, SessionProblem):
        if file.kind != "busy":
            return file
        return SessionProblem("busy", f"The session {path.stem} is open in another inhouse.")
    try:
        remove_journal(path)
    except OSError as error:
        text = f"The session {path.stem} cannot be deleted: {error.strerror}."
        return SessionProblem("io", text)
    finally:
        file.close()
    return path.stem
