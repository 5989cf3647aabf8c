"""`inhouse engine cache` as a person uses it, and the states of deleted sessions."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from tests.app.conftest import Run

from inhouse_agent.events import MessageAdded, TurnStarted
from inhouse_agent.session import Session
from inhouse_models.chat import Message
from inhouse_models.engine.store.about import NAME, About
from inhouse_models.engine.store.folder import state_files
from inhouse_models.engine.store.prefix_store import Budget, PrefixStore
from inhouse_models.engine.store.segment import Payload, root_key
from inhouse_models.host.places import states_folder
from inhouse_models.host.states import present_library

SIZE = 4_000


def open_store(name: str, library: str = "") -> PrefixStore:
    """The saved states of a model that is in the home folder."""
    model = Path.home() / f"{name}.gguf"
    model.touch()
    about = About(str(model), f"fingerprint of {name}", library or present_library())
    root = root_key(asdict(about))
    store = PrefixStore(root, states_folder(), Budget(), recurrent=False)
    store.describe(about)
    return store


def save(name: str, *conversation: tuple[int, ...], library: str = "") -> None:
    """Put a conversation of these parts on disk."""
    store = open_store(name, library)
    tokens: list[int] = []
    for part in conversation:
        tokens += part
        known = store.whole(tokens)
        if known.length < len(tokens):
            store.add(known, tokens[known.length :], Payload(b"x" * SIZE))
    while store.write_next():
        pass


def found(name: str, *tokens: int) -> int:
    """How much of a prompt a new host would find."""
    return open_store(name).match(tokens).length


def session_of(root: Path, name: str, *answers: tuple[int, ...]) -> str:
    """A closed session whose answers have these tokens."""
    session = Session.create(root, name)
    assert isinstance(session, Session)
    session.append(TurnStarted("hi", "ask", name))
    for tokens in answers:
        session.append(MessageAdded(Message("user", "question")))
        answer = Message("assistant", "a", tokens=tokens, model=f"fingerprint of {name}")
        session.append(MessageAdded(answer))
    session.close()
    return session.id


def test_it_shows_what_is_saved(inhouse: Run) -> None:
    save("big", (1, 2), (3, 4, 5))
    save("old", (1, 2), library="0.0.1")
    save("nameless", (7,))
    (unknown,) = (path for path in states_folder().glob(f"*/{NAME}") if "less" in path.read_text())
    unknown.unlink()
    shown = inhouse("engine", "cache")
    assert shown.returncode == 0, shown.stderr
    lines = {line.split("  ")[0]: line.split() for line in shown.stdout.splitlines()[1:4]}
    assert set(lines) == {"big", "old (of no use any more)", "unknown"}
    assert lines["big"][1:3] == ["2", "5"]
    assert "of 8 GiB on disk" in shown.stdout
    report = json.loads(inhouse("engine", "cache", "--json").stdout)
    by_name = {one["name"]: one for one in report["models"]}
    assert by_name["big"]["tokens"] == 5
    assert by_name["big"]["usable"] is True
    assert by_name["old"]["usable"] is False
    assert by_name["big"]["memory_bytes"] == 0
    assert report["disk_bytes"] == sum(one["disk_bytes"] for one in report["models"])
    assert report["limits"] == {"disk_bytes": 8 * 1024**3, "memory_bytes": None}


def test_clearing_deletes_everything(inhouse: Run) -> None:
    save("big", (1, 2))
    cleared = inhouse("engine", "cache", "--clear")
    assert (cleared.returncode, cleared.stdout[:8]) == (0, "0.0 MiB ")
    assert not list(states_folder().iterdir())


def test_a_limit_holds_at_once_and_is_kept(inhouse: Run) -> None:
    save("big", (1,), (2,), (3,))
    save("old", (1,), library="0.0.1")
    limit = sum(one.size for one in state_files(states_folder())) - 10
    shown = inhouse("engine", "cache", "--limit", str(limit / 1024**3), "--json")
    assert shown.returncode == 0, shown.stderr
    report = json.loads(shown.stdout)
    assert [one["name"] for one in report["models"]] == ["big"]
    assert report["limits"]["disk_bytes"] == pytest.approx(limit, abs=1)
    assert float(inhouse("config", "get", "states_disk").stdout) == limit / 1024**3
    assert inhouse("engine", "cache", "--limit", "0").returncode == 0
    assert not state_files(states_folder())


@pytest.mark.parametrize("text", ["-1", "inf", "nan", "lots", "1e999", "[1]"])
def test_a_limit_that_is_none_is_refused_in_a_line(inhouse: Run, text: str) -> None:
    save("big", (1,))
    refused = inhouse("engine", "cache", "--limit", text)
    assert refused.returncode == 2
    (line,) = refused.stderr.splitlines()
    assert line.startswith("inhouse: --limit")
    assert state_files(states_folder())


def test_a_deleted_session_takes_its_states_along(inhouse: Run, folder: Path) -> None:
    save("big", (1, 2), (3, 4), (5, 6))
    save("big", (1, 2), (8, 9))
    save("other", (1, 2), (3, 4))
    gone = session_of(folder, "big", (1, 2, 3, 4), (5, 6))
    stays = session_of(folder, "big", (1, 2, 8, 9))
    removed = inhouse("sessions", "rm", gone[:8])
    assert removed.returncode == 0, removed.stderr
    assert found("big", 1, 2, 3, 4, 5, 6) == 2
    assert found("big", 1, 2, 8, 9) == 4
    assert found("other", 1, 2, 3, 4) == 4
    assert inhouse("sessions", "prune", "--older-than", "0").returncode == 0
    assert stays not in inhouse("sessions", "list").stdout
    assert found("big", 1, 2, 8, 9) == 0
    assert found("other", 1, 2, 3, 4) == 4


def test_a_session_that_stays_keeps_its_states(inhouse: Run, folder: Path) -> None:
    save("big", (1, 2), (3, 4))
    held = session_of(folder, "big", (1, 2, 3, 4))
    session = Session.open(held)
    assert isinstance(session, Session)
    assert inhouse("sessions", "rm", held).returncode == 1
    session.close()
    assert found("big", 1, 2, 3, 4) == 4
