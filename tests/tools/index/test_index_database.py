"""A damaged or foreign index file is made anew in silence, and a disk that refuses is no error."""

import asyncio
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.tools.index.indexes import places, refresh, write

from inhouse_tools.index.database import Database
from inhouse_tools.index.repository_index import FILE_NAME, RepositoryIndex


def zero(raw: bytes) -> bytes:
    return b"\0" * len(raw)


def shorten(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def empty(raw: bytes) -> bytes:
    return raw[:0]


def scramble(raw: bytes) -> bytes:
    return random.Random(3).randbytes(len(raw))


def scramble_pages(raw: bytes) -> bytes:
    return raw[:4096] + random.Random(4).randbytes(len(raw) - 4096)


def lose_a_page(raw: bytes) -> bytes:
    return raw[: 2 * 4096] + b"\0" * 4096 + raw[3 * 4096 :]


DAMAGES = (zero, shorten, empty, scramble, scramble_pages, lose_a_page)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    write(
        folder,
        {f"m{number}.py": f"def f{number}(): return f{number + 1}()\n" for number in range(20)},
    )
    return folder


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_made_anew(
    root: Path, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    refresh(RepositoryIndex(root, tmp_path / "cache")).close()
    file = tmp_path / "cache" / FILE_NAME
    file.write_bytes(damage(file.read_bytes()))
    index = refresh(RepositoryIndex(root, tmp_path / "cache"))
    assert places(index, "f7") == ["m7.py"]
    assert index.files_that_mention("f7") == ("m6.py", "m7.py")
    index.close()
    healthy = sqlite3.connect(file)
    assert healthy.execute("PRAGMA quick_check").fetchone() == ("ok",)
    assert healthy.execute("SELECT count(*) FROM file").fetchone() == (20,)
    healthy.close()


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_to_an_open_file_changes_no_answer(
    root: Path, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    index = refresh(RepositoryIndex(root, tmp_path / "cache"))
    file = tmp_path / "cache" / FILE_NAME
    other = sqlite3.connect(file)
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()
    file.write_bytes(damage(file.read_bytes()))
    assert asyncio.run(index.ask(lambda: places(index, "f7"))) == ["m7.py"]


def test_another_edition_is_made_anew(root: Path, tmp_path: Path) -> None:
    refresh(RepositoryIndex(root, tmp_path / "cache")).close()
    file = tmp_path / "cache" / FILE_NAME
    other = sqlite3.connect(file)
    other.executescript("DROP TABLE symbol; PRAGMA user_version = 99;")
    other.close()
    assert places(refresh(RepositoryIndex(root, tmp_path / "cache")), "f7") == ["m7.py"]


def test_a_file_that_was_replaced_is_opened_anew(root: Path, tmp_path: Path) -> None:
    index = refresh(RepositoryIndex(root, tmp_path / "cache"))
    (tmp_path / "cache" / FILE_NAME).unlink()
    again = refresh(RepositoryIndex(root, tmp_path / "cache"))
    assert places(refresh(index), "f7") == places(again, "f7") == ["m7.py"]


def test_a_folder_that_cannot_be_made_is_no_error(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    index = refresh(RepositoryIndex(root, tmp_path / "file" / "cache"))
    assert places(index, "f7") == ["m7.py"]


def test_a_full_disk_is_no_error(tmp_path: Path) -> None:
    database = Database(tmp_path / FILE_NAME, 1)

    def fill(connection: sqlite3.Connection) -> int:
        if database.file is not None:
            connection.execute("PRAGMA max_page_count = 1")
        rows = [(number.to_bytes(4), 0, 0, 0) for number in range(1_000)]
        connection.executemany("INSERT INTO file VALUES (?, ?, ?, ?, NULL)", rows)
        return len(rows)

    assert database.write(fill) == 1_000
    assert database.file is None
    rows = database.read(lambda connection: connection.execute("SELECT * FROM file").fetchall())
    assert len(rows) == 1_000


def test_a_failed_action_changes_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / FILE_NAME, 1)

    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO file VALUES (x'61', 0, 0, 0, NULL)")
        raise KeyError("our own mistake")

    with pytest.raises(KeyError):
        database.write(fail)
    rows = database.read(lambda connection: connection.execute("SELECT * FROM file").fetchall())
    assert rows == []


def test_a_mistake_of_ours_is_raised() -> None:
    with pytest.raises(sqlite3.OperationalError):
        Database(None, 1).read(lambda connection: connection.execute("SELECT nothing FROM nowhere"))
