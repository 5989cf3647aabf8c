"""The index says what stands in the files now, and parses only what it has never seen."""

import asyncio
import os
from pathlib import Path

import pytest
from tests.tools.index.indexes import counted_parses, names, places, refresh, write

from inhouse_tools.index import repository_index, survey
from inhouse_tools.index.analysing import Read, read_source
from inhouse_tools.index.repository_index import RepositoryIndex
from inhouse_tools.syntax.languages import MAX_SOURCE_BYTES

A = "def total():\n    return count()\n"
B = "class Cart:\n    def total(self):\n        return 1\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    write(folder, {"a.py": A, "src/b.py": B, "notes.txt": "def nothing(): pass"})
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "of root"


@pytest.fixture
def index(root: Path, cache: Path) -> RepositoryIndex:
    return refresh(RepositoryIndex(root, cache))


def test_it_knows_definitions_uses_and_outlines(index: RepositoryIndex) -> None:
    assert list(index.files()) == ["a.py", "src/b.py"]
    assert names(index, "src/b.py") == ["Cart", "Cart.total"]
    assert index.outline("notes.txt") == ()
    assert places(index, "Cart.total") == ["src/b.py"]
    assert places(index, "total") == ["a.py", "src/b.py"]
    assert index.files_that_mention("count") == ("a.py",)
    assert index.files_that_mention("total") == ("a.py", "src/b.py")
    assert index.files_that_mention("tota") == ()
    assert index.files_that_mention("Total") == ()


def test_only_its_owner_may_read_it(index: RepositoryIndex, cache: Path) -> None:
    assert index.files()
    assert cache.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in cache.iterdir()} == {0o600}
    assert (cache / "index.sqlite").is_file()


def test_nothing_is_kept_without_a_folder(root: Path, tmp_path: Path) -> None:
    index = refresh(RepositoryIndex(root, None))
    assert places(index, "Cart") == ["src/b.py"]
    assert sorted(tmp_path.iterdir()) == [root]


def test_changes_are_found(
    index: RepositoryIndex, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = counted_parses(monkeypatch)
    write(root, {"a.py": "def other(): pass\n", "new.py": "X = 1\n"}, age=5_000)
    refresh(index)
    assert sorted(parsed) == ["a.py", "new.py"]
    assert places(index, "total") == ["src/b.py"]
    assert names(index, "new.py") == ["X"]

    (root / "src" / "b.py").unlink()
    (root / "new.py").rename(root / "renamed.py")
    refresh(index)
    assert len(parsed) == 2
    assert list(index.files()) == ["a.py", "renamed.py"]
    assert places(index, "Cart") == []
    assert places(index, "X") == ["renamed.py"]


def test_the_same_content_is_parsed_once(
    index: RepositoryIndex, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = counted_parses(monkeypatch)
    write(root, {"copy.py": A, "one.py": "def same(): pass\n", "two.py": "def same(): pass\n"})
    refresh(index)
    assert parsed == ["one.py"]
    assert places(index, "total") == ["a.py", "copy.py", "src/b.py"]
    assert places(index, "same") == ["one.py", "two.py"]
    # The same bytes mean something else in another language.
    write(root, {"one.js": "def same(): pass\n"})
    refresh(index)
    assert parsed == ["one.py", "one.js"]


def test_a_branch_comes_back_for_free(
    index: RepositoryIndex, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(root, {"a.py": "def other(): pass\n"}, age=900)
    refresh(index)
    parsed = counted_parses(monkeypatch)
    write(root, {"a.py": A}, age=800)
    assert places(refresh(index), "total") == ["a.py", "src/b.py"]
    assert parsed == []


def test_contents_that_nobody_uses_are_dropped_in_time(
    index: RepositoryIndex, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(root, {"a.py": "def other(): pass\n"})
    today = repository_index.today()
    monkeypatch.setattr(repository_index, "today", lambda: today + repository_index.KEPT_DAYS + 1)
    parsed = counted_parses(monkeypatch)
    refresh(index)
    write(root, {"a.py": A}, age=500)
    refresh(index)
    assert parsed == ["a.py", "a.py"]
    assert places(index, "Cart") == ["src/b.py"]


def test_spare_contents_are_bounded(
    index: RepositoryIndex, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository_index, "LEAST_SPARE", 0)
    for number in range(10):
        write(root, {"a.py": f"def number_{number}(): pass\n"}, age=100 + number)
        refresh(index)
    parsed = counted_parses(monkeypatch)
    for number in (0, 8):
        write(root, {"a.py": f"def number_{number}(): pass\n"}, age=50 + number)
        refresh(index)
    assert parsed == ["a.py"]


def test_what_did_not_change_is_not_read(
    index: RepositoryIndex, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []

    def read(path: Path) -> Read | None:
        reads.append(path.name)
        return read_source(path)

    monkeypatch.setattr(survey, "read_source", read)
    refresh(index)
    assert reads == []
    write(root, {"a.py": A}, age=20)
    version = index.version()
    refresh(refresh(index))
    assert reads == ["a.py"]
    assert index.version() != version


def test_a_file_just_written_is_looked_at_again(index: RepositoryIndex, root: Path) -> None:
    path = root / "a.py"
    write(root, {"a.py": "def one(): pass\n"}, age=0)
    facts = path.stat()
    assert places(refresh(index), "one") == ["a.py"]
    path.write_text("def two(): pass\n")
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert path.stat().st_size == facts.st_size
    assert places(refresh(index), "two") == ["a.py"]
    assert places(index, "one") == []


def test_odd_files_do_no_harm(index: RepositoryIndex, root: Path) -> None:
    write(
        root,
        {
            "windows.py": b"\xef\xbb\xbfdef first():\r\n    pass\r\ndef second():\r\n    pass\r\n",
            "binary.py": b"def hidden(): pass\0",
            "latin.py": "def gr\u00f6\u00dfe(): pass  # \u00e4".encode("cp1252"),
            "empty.py": b"",
            "huge.py": b"#" * (MAX_SOURCE_BYTES + 1),
            os.fsdecode(b"odd\xff.py"): "def odd_name(): pass\n",
        },
    )
    (root / "link.py").symlink_to("a.py")
    (root / "loop.py").symlink_to("loop.py")
    os.mkfifo(root / "pipe.py")
    refresh(index)
    assert [symbol.start_line for symbol in index.outline("windows.py")] == [1, 3]
    assert names(index, "latin.py") == ["gr\u00f6\u00dfe"]
    assert names(index, "binary.py") == names(index, "empty.py") == []
    assert places(index, "odd_name") == [os.fsdecode(b"odd\xff.py")]
    assert places(index, "total") == ["a.py", "src/b.py"]
    assert "huge.py" not in index.files()


def test_ignored_files_are_left_out(index: RepositoryIndex, root: Path) -> None:
    write(root, {".gitignore": "src/\n"})
    assert list(refresh(index).files()) == ["a.py"]


def test_only_what_mentions_a_word_may_be_parsed_first(
    root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = counted_parses(monkeypatch)
    index = RepositoryIndex(root, cache)
    found = asyncio.run(index.ask(lambda: places(index, "Cart"), mentioning="Cart"))
    assert (found, parsed) == (["src/b.py"], ["src/b.py"])
    refresh(index)
    assert parsed == ["src/b.py", "a.py"]
    # What was known of a file whose content is not looked into yet is no longer said.
    write(root, {"a.py": "def other(): pass\n"}, age=700)
    asyncio.run(index.refresh(mentioning="Cart"))
    assert places(index, "total") == ["src/b.py"]
    assert places(refresh(index), "other") == ["a.py"]


def test_progress_is_told(root: Path) -> None:
    told: list[tuple[int, int]] = []
    index = RepositoryIndex(root, None)
    asyncio.run(index.refresh(lambda done, total: told.append((done, total))))
    assert (told[0], told[-1]) == ((0, 2), (2, 2))
    asyncio.run(index.refresh(lambda done, total: told.append((done, total))))
    assert told[-1] == (2, 2)


def test_a_cancelled_refresh_is_valid(root: Path, cache: Path) -> None:
    write(root, {f"many/m{number}.py": f"def m{number}(): pass\n" for number in range(40)})
    index = RepositoryIndex(root, cache)

    async def cancel() -> None:
        def stop(done: int, total: int) -> None:
            assert total == 42
            if done:
                task.cancel()

        task = asyncio.ensure_future(index.refresh(stop))
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert places(refresh(RepositoryIndex(root, cache)), "m39") == ["many/m39.py"]
    assert len(refresh(index).files()) == 42
