"""The map's graph is kept in the index: another process reads it, or makes it anew."""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from tests.tools.index.indexes import write
from tests.tools.repository_map.test_repository_map import FILES

from inhouse_tools.index.facts import Facts
from inhouse_tools.index.repository_index import FILE_NAME, RepositoryIndex
from inhouse_tools.repository_map import keeping, repository_map
from inhouse_tools.repository_map.content import Content
from inhouse_tools.repository_map.graph import Graph
from inhouse_tools.repository_map.keeping import graph_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    write(folder, FILES)
    return folder


def another(root: Path) -> RepositoryIndex:
    """The index as another process would open it."""
    index = RepositoryIndex(root, root.parent / "cache")
    asyncio.run(index.refresh())
    return index


def text_of(index: RepositoryIndex) -> str:
    return repository_map(index, ("retry", "engine"), ("src/writing.py",), 300)


def fresh(root: Path) -> str:
    """The map of an index that keeps nothing."""
    index = RepositoryIndex(root, None)
    asyncio.run(index.refresh())
    return text_of(index)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each graph that is made had one before."""
    seen: list[bool] = []
    build = keeping.build_graph

    def note(files: Mapping[str, Content], before: Graph | None) -> Graph:
        seen.append(before is not None)
        return build(files, before)

    monkeypatch.setattr(keeping, "build_graph", note)
    return seen


def test_another_process_reads_it(root: Path, made: list[bool]) -> None:
    first = text_of(another(root))
    assert text_of(another(root)) == first == fresh(root)
    assert made == [False, False], "once for the first, and once for the one that keeps nothing"


def test_after_a_change_only_new_contents_are_read(
    root: Path, made: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    text_of(another(root))
    changed = {"src/sizes.py": "from src.core_engine import make_engine\n\nmake_engine()\n"}
    write(root, {**changed, "src/added.py": "def retry_added():\n    pass\n"}, age=10)
    (root / "src" / "network.py").unlink()
    index = another(root)
    asked: list[int] = []
    facts = index.facts

    def count(contents: Sequence[int]) -> Mapping[int, Facts]:
        asked.append(len(contents))
        return facts(contents)

    monkeypatch.setattr(index, "facts", count)
    assert text_of(index) == fresh(root)
    assert (asked, made[:2]) == ([2], [False, True])
    assert text_of(another(root)) == fresh(root)


def test_many_changes_are_kept_again(root: Path, made: list[bool]) -> None:
    text_of(another(root))
    write(root, {f"src/more{number}.py": f"x{number} = 1\n" for number in range(keeping.MANY)})
    text_of(another(root))
    text_of(another(root))
    assert made == [False, True]


def test_a_change_of_another_process_makes_nothing_anew(root: Path, made: list[bool]) -> None:
    index = another(root)
    graph = graph_of(index)
    another(root).keep("something", b"else")
    assert graph_of(index) is graph
    assert made == [False]


DAMAGES: list[Callable[[bytes], bytes]] = [
    lambda value: b"",
    lambda value: value[:100],
    lambda value: value[:-1] + bytes([value[-1] ^ 1]),
    lambda value: bytes([value[0] ^ 1]) + value[1:],
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_made_anew(
    root: Path, made: list[bool], damage: Callable[[bytes], bytes]
) -> None:
    first = text_of(another(root))
    index = another(root)
    index.keep(keeping.NAME, damage(index.kept(keeping.NAME)))
    assert text_of(another(root)) == first
    assert made == [False, False]
    text_of(another(root))
    assert made == [False, False]


def test_other_code_does_not_read_it(
    root: Path, made: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    text_of(another(root))

    def other(*_folders: str) -> int:
        return 1

    monkeypatch.setattr(keeping, "checksum_of", other)
    text_of(another(root))
    assert made == [False, False]


def test_ids_of_contents_are_not_used_again(root: Path) -> None:
    index = another(root)
    graph_of(index)
    file = root.parent / "cache" / FILE_NAME
    connection = sqlite3.connect(file)
    highest = connection.execute("SELECT max(id) FROM content").fetchone()[0]
    with connection:
        connection.execute("DELETE FROM content WHERE id = ?", (highest,))
        connection.execute("DELETE FROM file WHERE content = ?", (highest,))
    connection.close()
    write(root, {"src/sizes.py": "def quite_other():\n    return 1\n"}, age=10)
    asyncio.run(index.refresh())
    assert highest not in index.files().values()
    assert "quite_other" in repository_map(index, budget=10_000)


def test_a_database_that_was_made_anew_is_not_taken_for_the_old_one(root: Path) -> None:
    index = another(root)
    graph_of(index)
    (root.parent / "cache" / FILE_NAME).write_bytes(b"no database" * 1000)
    index.close()
    write(root, {"a.py": "def the_first_one():\n    pass\n"}, age=10)
    asyncio.run(index.refresh())
    assert text_of(index) == fresh(root)
