"""The list of decisions on disk: damage and foreign hands never add trust nor lose a mark."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.app.trust.projects_to_trust import give_away, repository
from tests.unprivileged import bound_by_file_modes

from inhouse.trust import deny, is_trusted, standing_of, trust
from inhouse.trust.entry import Entry, decode, encode, read_torn
from inhouse.trust.trust_list import list_file, mend_list, read_list

# As many processes as this decide at once.
WRITERS = 4
DECIDE = """
import sys
from pathlib import Path
from inhouse.trust import deny, trust
for number in range(10):
    folder = Path(sys.argv[1]) / f"{sys.argv[2]}-{number}"
    folder.mkdir()
    (deny if number % 2 else trust)(folder)
"""


@pytest.fixture
def decided(tmp_path: Path) -> tuple[Path, Path]:
    """A trusted repository and one that never is."""
    good, bad = repository(tmp_path / "good"), repository(tmp_path / "bad")
    trust(good)
    deny(bad)
    assert is_trusted(good)
    return good, bad


Damage = Callable[[bytes], bytes]
DAMAGES: Mapping[str, Damage] = {
    "NULs": lambda raw: raw + b"\0" * 4096,
    "NULs before": lambda raw: b"\0" * 64 + raw,
    "braces": lambda raw: raw + b"{" * 100_000 + b"\n",
    "deep": lambda raw: raw + b"[" * 200_000 + b"]" * 200_000 + b"\n",
    "type": lambda raw: raw + b'{"path": 1}\n',
    "twice": lambda raw: raw + raw.split(b"\n", 1)[1],
    "a line less": lambda raw: b"".join(raw.splitlines(keepends=True)[:-1]),
    "version": lambda raw: raw.replace(b'"version": 1', b'"version": 2'),
    "10 MB": lambda raw: raw + b'{"a": "' + b"x" * 10_000_000 + b'"}\n',
    "bytes": lambda raw: b"\xff\xfe" + raw,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_list_trusts_nothing_and_is_kept_aside(
    decided: tuple[Path, Path], damage: Damage
) -> None:
    good, bad = decided
    file = list_file()
    damaged = damage(file.read_bytes())
    file.write_bytes(damaged)
    assert not is_trusted(good)
    assert standing_of(bad).answer == "untrusted"
    said = mend_list()
    aside = file.with_name("trust.jsonl.bad")
    assert str(aside) in said
    assert aside.read_bytes() == damaged
    # It is said once, and the mark stays.
    assert mend_list() == ""
    assert standing_of(bad).answer == "untrusted"
    trust(good)
    assert is_trusted(good)


def test_however_much_is_torn_off(decided: tuple[Path, Path]) -> None:
    good, bad = decided
    raw = list_file().read_bytes()
    readable = encode(Entry(str(bad), "untrusted")).encode().partition(b', "identity"')[0]
    for length in range(len(raw)):
        list_file().write_bytes(raw[:length])
        known = read_list()
        assert known.damaged, length
        assert [*known.entries] == ([str(bad)] if readable in raw[:length] else []), length
        assert not is_trusted(good)


def test_an_empty_list_that_is_there_is_damaged(decided: tuple[Path, Path]) -> None:
    list_file().write_text("")
    assert not is_trusted(decided[0])
    assert "damaged" in mend_list()


def test_a_list_that_everyone_may_write_is_not_obeyed(decided: tuple[Path, Path]) -> None:
    good, bad = decided
    list_file().chmod(0o666)
    assert not is_trusted(good)
    assert standing_of(bad).answer == "untrusted"
    assert "chmod o-w" in mend_list()
    with pytest.raises(PermissionError, match="can be written by everyone"):
        trust(good)
    list_file().chmod(0o600)
    assert is_trusted(good)
    list_file().parent.chmod(0o777)
    assert not is_trusted(good)
    assert "lies where everyone can write" in mend_list()
    list_file().parent.chmod(0o700)
    assert is_trusted(good)


def test_a_list_of_another_user_is_not_obeyed(
    decided: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = decided
    give_away(list_file(), monkeypatch)
    assert not is_trusted(good)
    assert standing_of(bad).answer == "untrusted"
    assert "belongs to another user" in mend_list()


def test_a_list_that_is_a_link_is_not_obeyed(decided: tuple[Path, Path], tmp_path: Path) -> None:
    good, _bad = decided
    list_file().rename(tmp_path / "elsewhere")
    list_file().symlink_to(tmp_path / "elsewhere")
    assert not is_trusted(good)
    assert "symbolic link" in mend_list()
    with pytest.raises(PermissionError):
        deny(good)


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_something_else_in_its_place_is_not_obeyed(decided: tuple[Path, Path], kind: str) -> None:
    list_file().unlink()
    list_file().mkdir() if kind == "folder" else os.mkfifo(list_file())
    assert not is_trusted(decided[0])
    assert "no regular file" in mend_list()


def test_a_list_that_may_not_be_read_trusts_nothing(decided: tuple[Path, Path]) -> None:
    list_file().chmod(0o000)
    with bound_by_file_modes():
        assert not is_trusted(decided[0])
        assert "cannot be read" in mend_list()
    list_file().chmod(0o600)
    assert is_trusted(decided[0])


def test_processes_that_decide_at_once_lose_nothing(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", DECIDE, str(tmp_path), str(number)])
        for number in range(WRITERS)
    ]
    assert [writer.wait(60) for writer in writers] == [0] * WRITERS
    known = read_list()
    assert not known.problem
    assert len(known.entries) == WRITERS * 10


names = st.text(min_size=1).filter(lambda text: "\0" not in text)


@given(names, st.sampled_from(["trusted", "untrusted"]), st.text(), st.dictionaries(names, names))
def test_an_entry_is_one_line_whatever_the_folder_is_called(
    name: str, decision: object, identity: str, agreed: dict[str, str]
) -> None:
    assert decision in ("trusted", "untrusted")
    entry = Entry(f"/{name}", decision, identity, agreed)  # pyright: ignore[reportArgumentType] - both are decisions
    line = encode(entry)
    assert "\n" not in line
    assert decode(line) == entry
    torn = read_torn(line[: line.index(', "identity"')])
    assert (torn is not None) == (decision == "untrusted")


@given(st.recursive(st.none() | st.booleans() | st.text(), st.lists))
def test_no_other_json_is_an_entry(value: object) -> None:
    assert decode(json.dumps(value)) is None
