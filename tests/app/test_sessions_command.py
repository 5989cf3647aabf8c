"""`inhouse sessions rm|prune|compact` as a person uses them."""

import asyncio
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.app.conftest import Run
from tests.app.test_command_line import serving

from inhouse.build import Built, Wish, build
from inhouse.settings import Settings
from inhouse_agent.events import Compacted, MessageAdded, TurnStarted
from inhouse_agent.kit import deny_asks
from inhouse_agent.session import Session, list_sessions
from inhouse_models.chat import Message, ModelClient
from inhouse_models.scripted import ScriptedModel
from inhouse_models.transfer import ignore_progress

DAY = 86_400


@pytest.fixture
def endpoint() -> Iterator[str]:
    with serving() as (url, _):
        yield url


def session_of(root: Path, title: str, age: float = 0) -> str:
    """A closed session with this prompt, changed so many days ago."""
    session = Session.create(root, "model")
    assert isinstance(session, Session)
    session.append(TurnStarted(title, "ask", "model"))
    session.append(MessageAdded(Message("system", "You help.")))
    session.append(MessageAdded(Message("user", title)))
    for number in range(8):
        session.append(MessageAdded(Message("assistant", "Word. " * 200)))
        session.append(MessageAdded(Message("user", f"Number {number}.")))
    session.append(TurnStarted("Call it marmalade.", "ask", "model"))
    session.close()
    (summary,) = [one for one in list_sessions(root) if one.id == session.id]
    changed = time.time() - age * DAY
    os.utime(summary.path, (changed, changed))
    return session.id


def left() -> set[str]:
    return {one.id for one in list_sessions()}


def test_rm_says_what_is_gone(inhouse: Run, folder: Path) -> None:
    first, second = session_of(folder, "Fix it\x1b[2J"), session_of(folder, "Stay")
    done = inhouse("sessions", "rm", first[:8])
    assert done.returncode == 0
    assert done.stdout.startswith(f"deleted {first} (just now): Fix it")
    assert "\x1b" not in done.stdout
    assert left() == {second}


def test_rm_refuses_what_is_open_and_deletes_the_rest(inhouse: Run, folder: Path) -> None:
    held, other = session_of(folder, "Held"), session_of(folder, "Other")
    session = Session.open(held)
    assert isinstance(session, Session)
    done = inhouse("sessions", "rm", held, "fffffffffffff", other)
    session.close()
    assert done.returncode == 1
    assert done.stdout.startswith(f"deleted {other}")
    busy, missing = done.stderr.splitlines()
    assert busy == f"inhouse: The session {held} is open in another inhouse."
    assert "no session fffffffffffff" in missing
    assert left() == {held}


def test_prune_deletes_what_is_old_here(inhouse: Run, folder: Path, tmp_path: Path) -> None:
    new, old = session_of(folder, "New", 29), session_of(folder, "Old", 31)
    elsewhere = session_of(tmp_path, "Elsewhere", 400)
    shown = inhouse("sessions", "prune", "--dry-run")
    assert shown.stdout == f"would delete {old} (31 days ago): Old\n"
    assert left() == {new, old, elsewhere}
    assert inhouse("sessions", "prune").stdout == f"deleted {old} (31 days ago): Old\n"
    assert left() == {new, elsewhere}
    assert inhouse("sessions", "prune").stdout == "No session is that old.\n"
    assert inhouse("sessions", "prune", "--older-than", "20", "--all").returncode == 0
    assert left() == set()


def test_prune_keeps_the_newest(inhouse: Run, folder: Path) -> None:
    ages = [session_of(folder, f"{age} days", age) for age in range(1, 6)]
    inhouse("sessions", "prune", "--keep", "3")
    assert left() == set(ages[:3])
    inhouse("sessions", "prune", "--keep", "1", "--older-than", "2.5")
    assert left() == set(ages[:2])


def test_compact_puts_a_summary_into_the_session(inhouse: Run, folder: Path, endpoint: str) -> None:
    identifier = session_of(folder, "Begin")
    env = {"INHOUSE_ENDPOINT": endpoint}
    done = inhouse("sessions", "compact", "--about", "names", env=env)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{identifier}: ")
    session = Session.open(identifier)
    assert isinstance(session, Session)
    (event,) = [one for one in session.events() if isinstance(one, Compacted)]
    assert event.after < event.before
    assert session.history()[:2] == [Message("system", "You help."), Message("user", "Begin")]
    assert "\n- Call it marmalade.\n\nSummary:\nHello" in session.history()[2].text
    session.close()
    shown = inhouse("sessions", "show", identifier)
    assert f"summarised: {event.before:,} tokens became {event.after:,}\n" in shown.stdout
    again = inhouse("-c", "-p", "Go on.", "--output-format", "json", env=env)
    assert json.loads(again.stdout)["session_id"] == identifier


def test_the_setting_reaches_the_turn(folder: Path) -> None:
    async def connect(settings: Settings, progress: object) -> ModelClient:
        return ScriptedModel(())

    wish = Wish(folder, Settings(compact_at=0.5, sandbox="off"), "ask")
    built = asyncio.run(build(wish, lambda _event: None, ignore_progress, deny_asks, connect))
    assert isinstance(built, Built)
    built.session.close()
    assert built.kit.options.compact_at == 0.5


def test_a_short_session_stays(inhouse: Run, endpoint: str) -> None:
    env = {"INHOUSE_ENDPOINT": endpoint}
    inhouse("-p", "hi", env=env)
    done = inhouse("sessions", "compact", env=env)
    assert (done.returncode, done.stdout) == (1, "")
    assert "too little" in done.stderr
