"""A session file that was damaged: read to the last whole record, said, and nothing thrown away."""

import json
import stat
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.agent.test_session import BYE, CALLS, HELLO, RESULT, lines, opened, problem, written

from inhouse_agent.events import MessageAdded
from inhouse_agent.journal import MOST_HEADER_BYTES, Contents, read_journal
from inhouse_agent.session import Session, list_sessions
from inhouse_agent.session_removal import remove_sessions
from inhouse_models.chat import Message


def test_what_is_cut_off_is_kept_for_the_person_alone(tmp_path: Path) -> None:
    path = written(tmp_path, HELLO, BYE)
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    session = opened(Session.open(path.stem))
    (aside,) = path.parent.glob("*.torn")
    assert path.read_bytes() + aside.read_bytes() == whole[:-20]
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600
    assert session.notices[1] == f"What was cut off is kept in {aside}."
    session.close()
    assert opened(Session.open(path.stem)).notices == ()


def test_reading_alone_repairs_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, HELLO, BYE)
    path.write_bytes(path.read_bytes()[:-20])
    before = path.read_bytes()
    session = opened(Session.open(path.stem, reading=True))
    assert session.events() == [HELLO]
    assert len(session.notices) == 1
    assert path.read_bytes() == before
    assert list(path.parent.glob("*.torn")) == []


def test_what_was_kept_goes_with_its_session(tmp_path: Path) -> None:
    path = written(tmp_path, HELLO, BYE)
    other = written(tmp_path, HELLO)
    for one in (path, other):
        one.write_bytes(one.read_bytes()[:-20])
        opened(Session.open(one.stem)).close()
    assert len(list(path.parent.glob("*.torn"))) == 2
    remove_sessions([path.stem])
    assert [kept.name.split(".")[0] for kept in path.parent.glob("*.torn")] == [other.stem]


@settings(max_examples=60)
@given(
    places=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    junk=st.binary(max_size=40) | st.just(b"\0" * 30) | st.just(b"[" * 2000),
)
def test_no_damage_breaks_the_start_or_loses_what_stands_before_it(
    tmp_path_factory: pytest.TempPathFactory, places: tuple[float, float], junk: bytes
) -> None:
    path = written(tmp_path_factory.mktemp("root"), HELLO, CALLS, RESULT, BYE)
    raw = path.read_bytes()
    header = len(lines(path)[0])
    start, end = sorted(header + int(place * (len(raw) - header)) for place in places)
    path.write_bytes(raw[:start] + junk + raw[end:])
    session = opened(Session.open(path.stem))
    kept = raw[header:start].count(b"\n")
    assert session.events()[:kept] == [HELLO, CALLS, RESULT, BYE][:kept]
    session.history()
    assert session.append(BYE) is None
    session.close()
    assert opened(Session.open(path.stem)).events()[-1] == BYE


def test_an_entry_without_a_parent_hides_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, HELLO, BYE, RESULT)
    path.write_bytes(path.read_bytes()[::-1].replace(b'"tnerap"', b'"tnarap"', 1)[::-1])
    session = opened(Session.open(path.stem))
    assert session.events() == [HELLO, BYE]
    assert session.notices == ("Line 4 of the session was dropped: it is not an entry.",)


def test_a_first_line_without_end_is_not_read_whole(tmp_path: Path) -> None:
    path = written(tmp_path, HELLO)
    path.write_bytes(b"{" + b" " * (MOST_HEADER_BYTES + 10))
    assert problem(Session.open(path.stem)).kind == "damaged"
    assert list_sessions() == []
    assert path.stat().st_size == MOST_HEADER_BYTES + 11


def test_a_session_of_200_megabytes_is_read_to_its_end(tmp_path: Path) -> None:
    path = written(tmp_path, HELLO)
    text = "x" * 1_000_000
    line = json.loads(lines(path)[1])
    with path.open("ab") as file:
        for number in range(200):
            message = {**line["event"]["message"], "text": text}
            entry = {**line, "id": f"{number + 16:x}", "parent": line["id"]}
            entry["event"] = {**line["event"], "message": message}
            line["id"] = entry["id"]
            file.write(json.dumps(entry).encode() + b"\n")
        file.write(b'{"id":"torn')
    assert path.stat().st_size > 200_000_000
    began = time.process_time()
    session = opened(Session.open(path.stem))
    assert len(session.events()) == 201
    assert len(session.notices) == 2
    assert session.append(BYE) is None
    session.close()
    assert time.process_time() - began < 20


def test_a_disk_that_is_full_for_a_while_loses_nothing(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no device that is always full")
    path = written(tmp_path, HELLO)
    session = opened(Session.open(path.stem))
    real = session._file._descriptor  # pyright: ignore[reportPrivateUsage] - there is no full disk
    with full.open("wb") as device:
        session._file._descriptor = device.fileno()  # pyright: ignore[reportPrivateUsage] - as above
        refused = session.append(RESULT)
        assert refused is not None
        assert "No space left on device" in refused.text
        assert "saved as soon as that works again" in refused.text
    session._file._descriptor = real  # pyright: ignore[reportPrivateUsage] - as above
    assert session.events() == [HELLO, RESULT], "the session goes on meanwhile"
    assert session.append(BYE) is None
    session.close()
    contents = read_journal(path)
    assert isinstance(contents, Contents)
    assert [entry.event for entry in contents.entries] == [HELLO, RESULT, BYE]


def test_messages_come_back_as_they_were(tmp_path: Path) -> None:
    odd = MessageAdded(Message("user", "\0 \u2028 \ud800 </s>\r\n" + "\U0001f600"))
    path = written(tmp_path, odd)
    assert opened(Session.open(path.stem)).events() == [odd]
