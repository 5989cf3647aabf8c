"""What the composer knows of a real folder."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from inhouse.tui.composer import symbol_names, workspace_sources
from inhouse.tui.composer.chips import Written
from inhouse.tui.composer.sources import ComposerSources, Cost, SymbolChoice
from inhouse.tui.composer.workspace_sources import WorkspaceSources
from inhouse_agent.folders import folder_of_root, state_folder

CODE = """
class Client:
    def fetch(self):
        return 1


def fetch_all():
    return 2
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / ".gitignore").write_text("secret.txt\n")
    (folder / "secret.txt").write_text("x")
    (folder / "src" / "client.py").write_text(CODE)
    (folder / "picture.png").write_bytes(b"\x89PNG\0\0")
    return folder


def test_files_are_listed_as_git_sees_them_and_again_later(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        sources: ComposerSources = WorkspaceSources(root, lambda: ())
        first = await sources.files()
        assert list(first) == [".gitignore", "picture.png", "src/client.py"]
        assert await sources.files() is first
        (root / "new.py").write_text("")
        # The old list is given until the new one is there.
        monkeypatch.setattr(workspace_sources, "FRESH_SECONDS", -1.0)
        assert await sources.files() is first
        while True:
            if "new.py" in await sources.files():
                break
            await asyncio.sleep(0)
        same = await sources.files()
        assert await sources.files() is same

    asyncio.run(run())


def test_symbols_come_from_the_index_and_follow_the_files(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def find(sources: ComposerSources, query: str) -> Sequence[SymbolChoice]:
        while True:
            if found := await sources.symbols(query):
                return found
            await asyncio.sleep(0)

    async def run() -> None:
        sources = WorkspaceSources(root, lambda: ())
        found = await find(sources, "fetch")
        assert [one.name for one in found] == ["fetch_all", "Client.fetch"]
        assert found[1] == SymbolChoice("Client.fetch", "method", "src/client.py", 3)
        assert await sources.symbols("f") == ()
        assert await sources.symbols("src/client") == ()
        monkeypatch.setattr(symbol_names, "FRESH_SECONDS", -1.0)
        (root / "src" / "server.py").write_text("def serve_forever(): ...\n")
        assert [one.path for one in await find(sources, "forever")] == ["src/server.py"]

    asyncio.run(run())


def test_costs_are_counted_once_and_estimated_where_nobody_counts(root: Path) -> None:
    asked: list[str] = []

    async def count(text: str) -> int | None:
        asked.append(text)
        return 42

    async def run() -> None:
        sources = WorkspaceSources(root, lambda: (), count)
        guessed = await sources.cost("src/client.py", exact=False)
        assert guessed == Cost(round(len(CODE) / 3.6), exact=False) and asked == []
        assert await sources.cost("src/client.py", exact=True) == Cost(42)
        assert await sources.cost("src/client.py", exact=True) == Cost(42)
        assert await sources.cost("src/client.py", exact=False) == Cost(42)
        assert asked == [CODE]
        (root / "src" / "client.py").write_text("other")
        assert await sources.cost("src/client.py", exact=True) == Cost(42)
        assert asked == [CODE, "other"]
        assert await sources.cost("picture.png", exact=True) is None
        assert await sources.cost("picture.png", exact=False) is None
        assert await sources.cost("nothing.py", exact=True) is None
        uncounted = await WorkspaceSources(root, lambda: ()).cost("src/client.py", exact=True)
        assert uncounted == Cost(1, exact=False)

    asyncio.run(run())


def test_history_and_drafts_lie_in_the_folder_of_the_project(root: Path) -> None:
    sources = WorkspaceSources(root, lambda: ())
    sources.history.add(Written("hello"))
    sources.drafts.save(Written("half"))
    state = folder_of_root(state_folder(), root)
    assert (state / "prompts.jsonl").is_file()
    assert sources.drafts.file.parent == state / "drafts"
    assert WorkspaceSources(root, lambda: ()).history.entries() == [Written("hello")]
