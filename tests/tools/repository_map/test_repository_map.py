"""The map: what much is built upon comes first, the task changes it, the budget always holds."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies
from tests.tools.helpers_tools import workspace_in
from tests.tools.index.indexes import write

from inhouse_tools.index.repository_index import RepositoryIndex
from inhouse_tools.repository_map import (
    Drawing,
    estimate,
    map_for_task,
    mapped_files,
    rank_for,
    repository_map,
    words_of,
)
from inhouse_tools.repository_map.keeping import graph_of

CORE = '''"""The engine."""


class ParserEngine:
    """Parses."""

    def parse_tokens(self, tokens):
        return self._step(tokens)

    def _step(self, tokens):
        return tokens


def make_engine():
    return ParserEngine()
'''
FILES = {
    "src/core_engine.py": CORE,
    "src/reading.py": (
        "from src.core_engine import make_engine\n\n\ndef read_everything(path):\n"
        "    return make_engine().parse_tokens(path)\n"
    ),
    "src/writing.py": (
        "from src.core_engine import make_engine\n\n\ndef write_everything(path):\n"
        "    return make_engine().parse_tokens(path)\n\n\ndef flush_buffers():\n    pass\n"
    ),
    "src/network.py": (
        "from src.retrying import retry_request\n\n\ndef fetch_page(url):\n"
        "    return retry_request(url)\n"
    ),
    "src/retrying.py": "def retry_request(url):\n    size = 1\n    return size\n",
    "src/sizes.py": "def size():\n    return 1\n",
    "tests/test_reading.py": (
        "from src.reading import read_everything\n\n\ndef test_reading():\n"
        "    size = read_everything('x')\n    return make_engine(), size\n"
    ),
    "web/app.js": "function parse_tokens() {}\nparse_tokens();\n",
    "data.json": '{"make_engine": {"make_engine": 1}}',
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    write(folder, FILES)
    return folder


@pytest.fixture
def index(root: Path) -> RepositoryIndex:
    return indexed(root)


def indexed(root: Path) -> RepositoryIndex:
    index = RepositoryIndex(root, None)
    asyncio.run(index.refresh())
    return index


def order(
    index: RepositoryIndex, words: tuple[str, ...] = (), files: tuple[str, ...] = ()
) -> list[str]:
    """The files of the map, the most important first."""
    return [file.path for file in mapped_files(rank_for(index, words, files), 1_000)]


def test_the_core_is_first(index: RepositoryIndex) -> None:
    assert order(index)[0] == "src/core_engine.py"
    first = repository_map(index, budget=40)
    assert first.startswith("src/core_engine.py:\n")
    assert "def make_engine()" in first


def test_the_task_changes_it(index: RepositoryIndex) -> None:
    assert order(index, words=("retry",))[0] == "src/retrying.py"
    assert order(index, words=("flush_buffers",))[0] == "src/writing.py"
    assert order(index, files=("src/network.py",))[:2] == ["src/network.py", "src/retrying.py"]
    assert "def flush_buffers()" in repository_map(index, ("flush_buffers",), budget=30)
    assert order(index, words=("nothing", "like", "this")) == order(index)


def test_a_folder_counts_as_its_files(index: RepositoryIndex) -> None:
    assert order(index, files=("web",))[0] == "web/app.js"
    assert order(index, files=("web/",)) == order(index, files=("web",))


def test_data_and_other_languages_do_not_count(index: RepositoryIndex) -> None:
    graph = graph_of(index)
    core = graph.paths.index("src/core_engine.py")
    sources = {graph.paths[source] for source in graph.incoming[core][0]}
    assert sources == {"src/reading.py", "src/writing.py", "tests/test_reading.py"}
    assert "data.json" not in order(index)


def test_a_plain_word_is_no_reference(index: RepositoryIndex) -> None:
    ranks = {file.path: file.rank for file in mapped_files(rank_for(index), 1_000)}
    assert ranks["src/sizes.py"] < ranks["src/retrying.py"]
    assert sum(rank_for(index).files) == pytest.approx(1.0)


def test_it_is_a_tree_in_the_order_of_paths_and_lines(index: RepositoryIndex) -> None:
    assert repository_map(index, budget=10_000).split("\n")[:7] == [
        "src/core_engine.py:",
        "  class ParserEngine",
        "    def parse_tokens(self, tokens)",
        "    def _step(self, tokens)",
        "  def make_engine()",
        "src/network.py:",
        "  def fetch_page(url)",
    ]


def test_a_method_stands_below_its_class(index: RepositoryIndex) -> None:
    ranking = rank_for(index, ("parse_tokens",))
    drawing = Drawing(ranking)
    symbols = [ranking.graph.contents[file].symbols[place] for _, file, place in ranking.symbols]
    names = [symbol.name for symbol in symbols]
    with_method = drawing.text(names.index("ParserEngine.parse_tokens") + 1)
    assert "  class ParserEngine\n    def parse_tokens(self, tokens)" in with_method


def test_the_same_input_is_the_same_text(index: RepositoryIndex, root: Path) -> None:
    texts = {repository_map(one, ("retry",), budget=60) for one in (index, indexed(root), index)}
    assert len(texts) == 1


def test_a_comment_elsewhere_changes_nothing(index: RepositoryIndex, root: Path) -> None:
    before = repository_map(index, ("retry",), budget=60)
    commented = {name: f"# Said.\n{FILES[name]}" for name in ("src/sizes.py", "src/reading.py")}
    write(root, commented, age=10)
    asyncio.run(index.refresh())
    assert repository_map(index, ("retry",), budget=60) == before


def test_a_changed_file_changes_it(index: RepositoryIndex, root: Path) -> None:
    assert "def brand_new()" not in repository_map(index, budget=10_000)
    write(root, {"src/sizes.py": "def brand_new():\n    return 1\n"}, age=10)
    asyncio.run(index.refresh())
    assert "def brand_new()" in repository_map(index, budget=10_000)
    (root / "src" / "sizes.py").unlink()
    asyncio.run(index.refresh())
    assert "src/sizes.py" not in repository_map(index, budget=10_000)


def test_nothing_is_read_for_another_task(
    index: RepositoryIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository_map(index)
    graph = graph_of(index)
    monkeypatch.setattr(index, "facts", None)
    assert repository_map(index, ("retry",))
    assert graph_of(index) is graph


def count_words(text: str) -> int:
    return len(text.split())


@settings(max_examples=40, deadline=None)
@given(
    strategies.integers(0, 400),
    strategies.lists(strategies.sampled_from(["retry", "core", "size", "src/writing.py", "?"])),
    strategies.sampled_from([estimate, len, count_words]),
)
def test_the_budget_is_never_exceeded(
    shared: RepositoryIndex, budget: int, words: list[str], count: Callable[[str], int]
) -> None:
    text = repository_map(shared, words, budget=budget, count=count)
    assert not text or count(text) <= budget


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> RepositoryIndex:
    root = tmp_path_factory.mktemp("repository")
    write(root, FILES)
    return indexed(root)


def test_an_empty_repository_has_no_map(tmp_path: Path) -> None:
    assert repository_map(indexed(tmp_path)) == ""


def test_a_task_gets_its_map(root: Path) -> None:
    workspace = workspace_in(root)
    text = asyncio.run(map_for_task(workspace, "Why does `flush_buffers` not work?", 30))
    assert "def flush_buffers()" in text
    workspace.seen["src/network.py"] = ""
    assert "def fetch_page(url)" in asyncio.run(map_for_task(workspace, "", 40))


def test_words_are_taken_from_a_task() -> None:
    text = (
        "Please fix the bug in `src/core_engine.py`: Cart::total() and make_engine fail, see a.b."
    )
    found = words_of(text)
    assert found[:3] == ("src/core_engine.py", "Cart::total()", "make_engine")
    assert "the" not in found
