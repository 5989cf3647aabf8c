"""Sessions on disk: appended, resumed, rewound, forked, damaged, locked."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.agent.kits import run, scripted

from inhouse_agent.events import Event, MessageAdded, TextArrived, TurnStarted
from inhouse_agent.history import CANCELLED, open_calls
from inhouse_agent.journal import SessionProblem
from inhouse_agent.session import Session, list_sessions
from inhouse_models.chat import Message, ToolCall
from inhouse_models.scripted import call, say

HELLO = MessageAdded(Message("user", "Hello äöü\n"))
CALLS = MessageAdded(
    Message("assistant", calls=(ToolCall("1", "look", "{}"), ToolCall("2", "look", "{}")))
)
RESULT = MessageAdded(Message("tool", "one", answers="1"))
BYE = MessageAdded(Message("assistant", "Bye.", tokens=(1, 2, 3), model="m"))


def opened(result: Session | SessionProblem) -> Session:
    assert isinstance(result, Session), result
    return result


def problem(result: Session | SessionProblem) -> SessionProblem:
    assert isinstance(result, SessionProblem)
    return result


def written(root: Path, *events: Event) -> Path:
    """The file of a closed session with these events."""
    session = opened(Session.create(root, "model"))
    for event in events:
        assert session.append(event) is None
    session.close()
    (summary,) = [one for one in list_sessions(root) if one.id == session.id]
    return summary.path


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def test_a_resumed_session_is_the_same(tmp_path: Path) -> None:
    path = written(tmp_path, HELLO, BYE)
    session = opened(Session.open(path.stem))
    assert session.events() == [HELLO, BYE]
    assert session.history() == [HELLO.message, BYE.message]
    assert (session.root, session.model, session.notices) == (tmp_path.resolve(), "model", ())
    session.append(RESULT)
    session.close()
    assert opened(Session.open(path.stem[:6])).events() == [HELLO, BYE, RESULT]


def test_files_are_for_the_person_only(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        path = written(tmp_path, HELLO)
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_whole_turn_is_journalled_and_pieces_are_not(tmp_path: Path) -> None:
    session = opened(Session.create(tmp_path, "model"))
    bench = scripted(tmp_path, call("shout", command="a"), say("Done."))
    bench.kit.emit = session.append  # pyright: ignore[reportAttributeAccessIssue]
    run(bench, "Shout!")
    session.close()
    assert b"text_arrived" not in (written_path := list_sessions()[0].path).read_bytes()
    assert opened(Session.open(written_path.stem)).history() == bench.history
    assert list_sessions()[0].title == "Shout!"


def test_torn_at_each_byte(tmp_path: Path) -> None:
    path = written(tmp_path, HELLO, BYE)
    whole = path.read_bytes()
    header, first, second = lines(path)
    assert b"".join((header, first, second)) == whole
    for size in range(len(header), len(whole)):
        path.write_bytes(whole[:size])
        session = opened(Session.open(path.stem))
        expected = [HELLO, BYE][: (size - len(header)) // len(first)]
        assert session.events() == expected
        at_edge = size in (len(header), len(header) + len(first))
        assert len(session.notices) == (0 if at_edge else 2), size
        if not at_edge:
            (aside,) = path.parent.glob("*.torn")
            assert whole[:size].endswith(aside.read_bytes())
            assert session.notices[1] == f"What was cut off is kept in {aside}."
            aside.unlink()
        session.append(RESULT)
        session.close()
        session = opened(Session.open(path.stem))
        assert session.events() == [*expected, RESULT]
        assert session.notices == ()
        session.close()


def test_torn_in_the_header_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, HELLO)
    header = lines(path)[0]
    for size in range(len(header)):
        path.write_bytes(header[:size])
        assert problem(Session.open(path.stem)).kind == "damaged"
        assert path.read_bytes() == header[:size]
    assert list_sessions() == []


def test_trailing_nuls_are_dropped(tmp_path: Path) -> None:
    path = written(tmp_path, HELLO)
    with path.open("ab") as file:
        file.write(b"\0" * 4096)
    session = opened(Session.open(path.stem))
    assert session.notices == ("4096 empty bytes at the end were dropped.",)
    session.append(BYE)
    session.close()
    assert opened(Session.open(path.stem)).events() == [HELLO, BYE]


def test_double_and_damaged_lines_are_dropped(tmp_path: Path) -> None:
    path = written(tmp_path, HELLO, RESULT, BYE)
    header, first, _, third = lines(path)
    path.write_bytes(header + first + first + b'{"id": "x", "event": {}}\n[]\n\xff\n' + third)
    session = opened(Session.open(path.stem))
    assert session.events() == [HELLO, BYE]
    assert len(session.notices) == 4


def test_a_newer_format_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = written(tmp_path, HELLO)
    data = path.read_bytes().replace(b'"format":1', b'"format":2', 1)
    path.write_bytes(data)
    assert problem(Session.open(path.stem)).kind == "version"
    assert path.read_bytes() == data


def test_calls_without_a_result_are_closed(tmp_path: Path) -> None:
    path = written(tmp_path, HELLO, CALLS, RESULT, HELLO)
    history = opened(Session.open(path.stem)).history()
    assert history[3] == Message("tool", CANCELLED, answers="2")
    assert [message.role for message in history] == ["user", "assistant", "tool", "tool", "user"]
    assert not open_calls(history)


def test_the_last_calls_are_closed_too(tmp_path: Path) -> None:
    path = written(tmp_path, HELLO, CALLS)
    history = opened(Session.open(path.stem)).history()
    assert [message.answers for message in history[2:]] == ["1", "2"]


def test_the_second_writer_is_refused(tmp_path: Path) -> None:
    session = opened(Session.create(tmp_path, "model"))
    refused = problem(Session.open(session.id))
    assert refused.kind == "busy"
    assert "--fork" in refused.text
    session.close()
    opened(Session.open(session.id)).close()


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    path = written(tmp_path, HELLO)
    code = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from inhouse_agent.session import Session\n"
        "import os; session = Session.open(sys.argv[1]); assert session.events(); os._exit(9)"
    )
    child = subprocess.run([sys.executable, "-c", code, path.stem, *sys.path], check=False)
    assert child.returncode == 9
    opened(Session.open(path.stem)).close()


def test_rewind_hides_and_keeps(tmp_path: Path) -> None:
    session = opened(Session.create(tmp_path, "model"))
    session.append(HELLO)
    leaf = session.leaf
    session.append(CALLS)
    session.rewind(leaf)
    session.append(BYE)
    session.close()
    session = opened(Session.open(session.id))
    assert session.events() == [HELLO, BYE]
    assert len(session.entries) == 3
    session.rewind("")
    session.append(RESULT)
    session.close()
    assert opened(Session.open(session.id)).events() == [RESULT]


def test_a_fork_stands_alone(tmp_path: Path) -> None:
    session = opened(Session.create(tmp_path, "model"))
    session.append(HELLO)
    fork = opened(session.fork())
    fork.append(BYE)
    assert session.events() == [HELLO]
    assert fork.events() == [HELLO, BYE]
    assert fork.header.forked_from == session.id


def test_the_latest_of_a_folder(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    older, newer, other = written(here, HELLO), written(here, HELLO), written(there, HELLO)
    for age, path in enumerate((other, newer, older)):
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    assert opened(Session.latest(here)).id == newer.stem
    assert [one.id for one in list_sessions()] == [other.stem, newer.stem, older.stem]
    assert problem(Session.latest(tmp_path)).kind == "missing"


@pytest.mark.parametrize("identifier", ["", "../../etc/passwd", "*", "ffffffffffff", "A"])
def test_what_is_not_there_is_said(identifier: str) -> None:
    assert problem(Session.open(identifier)).kind == "missing"


def test_a_beginning_must_fit_one(tmp_path: Path) -> None:
    path = written(tmp_path, HELLO)
    (path.parent / f"{path.stem}00.jsonl").write_bytes(path.read_bytes())
    assert problem(Session.open(path.stem[:5])).kind == "ambiguous"
    assert opened(Session.open(path.stem)).id == path.stem


def test_a_full_disk_leaves_whole_lines(tmp_path: Path) -> None:
    path = written(tmp_path, HELLO)
    code = (
        "import resource, signal, sys; sys.path[:0] = sys.argv[2:]\n"
        "from inhouse_agent.session import Session\n"
        "from inhouse_agent.events import TurnStarted\n"
        "session = Session.open(sys.argv[1])\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, -1))\n"
        "for _ in range(2):\n"
        "    problem = session.append(TurnStarted('x' * 5000, '', ''))\n"
        "    assert problem.kind == 'io', problem\n"
        "    assert len(open(sys.argv[2]).readlines()) == 2\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))\n"
        "assert session.append(TurnStarted('short', '', '')) is None\n"
    )
    command = [sys.executable, "-c", code, path.stem, str(path), *sys.path]
    subprocess.run(command, check=True)
    session = opened(Session.open(path.stem))
    long = TurnStarted("x" * 5000, "", "")
    assert session.events() == [HELLO, long, long, TurnStarted("short", "", "")]
    assert session.notices == ()


def test_lines_are_plain_json(tmp_path: Path) -> None:
    path = written(tmp_path, HELLO, TextArrived("piece"))
    header, entry = (json.loads(line) for line in lines(path))
    assert list(header) == ["format", "id", "root", "model", "created", "forked_from"]
    assert list(entry) == ["id", "parent", "at", "event"]
