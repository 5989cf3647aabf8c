"""Definitions of the names near a cursor come along, and what came along stays where it is."""

import asyncio
from pathlib import Path

from inhouse.completing.context import SymbolContext, names_near
from inhouse.completing.cursor import Cursor, read_cursor
from inhouse.completing.request import read_below
from inhouse_models.completion import CompletionRequest, ContextFile
from inhouse_tools.index.repository_index import RepositoryIndex
from inhouse_tools.refusal import Refusal

SHOP = "def price_of(basket):\n    return sum(basket)\n\n\ndef empty(basket):\n    basket.clear()\n"


def enriched(root: Path, *requests: CompletionRequest) -> list[tuple[ContextFile, ...]]:
    async def run() -> list[tuple[ContextFile, ...]]:
        # By its clock nobody pauses, however long the index takes.
        context = SymbolContext(root, RepositoryIndex(root, None), lambda: 0.0)
        try:
            return [(await context.enrich(one, 30.0)).files for one in requests]
        finally:
            await context.close()

    return asyncio.run(run())


def test_what_a_name_means_is_shown(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(SHOP)
    request = CompletionRequest("total = price_of(b)\n", file="main.py")
    (files,) = enriched(tmp_path, request)
    assert files == (
        ContextFile("shop.py", "def price_of(basket):\n    return sum(basket)\n"),
    )  # fmt: skip


def test_what_is_open_or_being_written_is_not_shown_twice(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(SHOP)
    given = ContextFile("shop.py", SHOP)
    assert enriched(tmp_path, CompletionRequest("price_of\n", files=(given,))) == [(given,)]
    assert enriched(tmp_path, CompletionRequest("price_of\n", file="shop.py")) == [()]
    assert enriched(tmp_path, CompletionRequest("price_of")) == [()]


def test_while_somebody_types_the_context_stays(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(SHOP)
    first = CompletionRequest("price_of()\n", file="main.py")
    second = CompletionRequest("price_of()\nempty()\n", file="main.py")
    before, after = enriched(tmp_path, first, second)
    assert before == after != ()


def test_names_near_the_cursor() -> None:
    assert names_near("alpha beta\ngam", "delta alpha") == ["beta", "alpha", "delta"]


def test_only_what_is_below_the_folder_is_read(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret").write_text("secret")
    (inside / "open").write_text("open")
    (inside / "link").symlink_to(tmp_path / "secret")
    assert read_below(inside, "open") == "open"
    assert [read_below(inside, one) for one in ("../secret", "link", "gone", "a\0b", "")] == [
        ""
    ] * 5


def test_places(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("one\ntwo\n")
    assert read_cursor(f"{file}:2:3") == Cursor(file, "one\ntw", "o\n")
    assert read_cursor(f"{file}:1") == Cursor(file, "one", "\ntwo\n")
    assert read_cursor(f"{file}:1:2", "new\n") == Cursor(file, "n", "ew\n")
    for wrong in ("a.py", f"{file}:0:1", f"{file}:9:1", f"{file}:1:9", f"{tmp_path}/no:1:1"):
        assert isinstance(read_cursor(wrong), Refusal)
