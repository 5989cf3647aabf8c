"""The measurements of scripts/bench/repo: that each runs, and notices a result that is wrong."""

import sys
from pathlib import Path

import pytest
from bench_run import BenchError
from repo_bench import RepoBench, tree_hash
from repo_figures import FIGURES
from repo_figures.definitions import defined_in, is_among
from repo_figures.map import aider_map, own_map, tasks
from repo_figures.rename import choose
from repo_figures.undo import folders_with
from watched import run_watched

from inhouse_tools.search import ripgrep
from inhouse_tools.search.query import Found

HEADER = "struct shared_thing {\n    int size;\n};\n\nint llama_part_free(int part);\n"
SOURCE = """#include "shared.h"

// TODO: more than one
int part_{number}(struct shared_thing * thing) {{
    return thing->size + llama_part_free({number});
}}
"""
SCRIPT = """class Worker{number}:
    def run_{number}(self):
        return ggml_backend_sched
"""


@pytest.fixture
def bench(tmp_path: Path) -> RepoBench:
    tree = tmp_path / "tree"
    for folder in ("src", "scripts"):
        (tree / folder).mkdir(parents=True)
    (tree / "src" / "shared.h").write_text(HEADER)
    for number in range(24):
        (tree / "src" / f"part{number}.c").write_text(SOURCE.format(number=number))
        (tree / "scripts" / f"worker{number}.py").write_text(SCRIPT.format(number=number))
    (tmp_path / "run").mkdir()
    return RepoBench(tree, tmp_path / "run", quick=True)


@pytest.mark.parametrize("name", ["definitions", "rename", "undo", "memory"])
def test_it_measures(bench: RepoBench, name: str) -> None:
    before = tree_hash(bench.tree)
    figures = FIGURES[name](bench)
    assert all(figure.ours > 0 for figure in figures)
    if name == "definitions":
        # The other targets are of time and memory, which a test run cannot judge.
        assert "missed" not in {figure.verdict for figure in figures}, figures
    assert tree_hash(bench.tree) == before


def test_grep_is_measured_beside_ripgrep(bench: RepoBench, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [figure.note.split()[0] for figure in FIGURES["grep"](bench)] == ["24", "24", "25"]

    async def find_nothing(*_arguments: object) -> Found:
        return Found()

    monkeypatch.setattr(ripgrep, "search", find_nothing)
    with pytest.raises(BenchError, match="grep and ripgrep differ"):
        FIGURES["grep"](RepoBench(bench.tree, bench.folder / "again", quick=True))


AIDER = """
class RepoMap:
    def __init__(self, map_tokens, root, main_model, io):
        self.io = io
        self.lines = main_model.token_count(io.read_text(root + '/src/shared.h'))
    def get_repo_map(self, chat, others, mentioned_idents):
        {first}
        return 'line\\n' * self.lines
"""
GIVES_UP = """import sys
        if sys.getrecursionlimit() < 2000:
            return self.io.tool_error('Disabling repo map')"""


@pytest.fixture
def aider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file with the map of an opponent that takes no time."""
    package = tmp_path / "opponent" / "aider"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "repomap.py").write_text(AIDER.format(first=""))
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
    return package / "repomap.py"


def test_maps_are_measured_beside_aiders(bench: RepoBench, tmp_path: Path, aider: Path) -> None:
    figures = FIGURES["map"](RepoBench(bench.tree, bench.folder, Path(sys.executable), quick=True))
    assert next(figure.what for figure in figures) == "map, cold"
    assert all(figure.ratio and figure.opponent == "aider, cold" for figure in figures)
    assert "as it comes" not in figures[0].note
    alone = own_map(bench.tree, tmp_path / "cache", tasks(bench.files())[0])
    assert alone.seconds > 0 and "shared_thing" in alone.text
    aider.write_text("raise ImportError('broken')\n")
    with pytest.raises(BenchError, match="broken"):
        FIGURES["map"](RepoBench(bench.tree, tmp_path / "other", Path(sys.executable), quick=True))


def test_an_opponent_that_gives_up_gets_a_second_try_that_is_told(
    bench: RepoBench, aider: Path
) -> None:
    aider.write_text(AIDER.format(first=GIVES_UP))
    task = tasks(bench.files())[0]
    made = aider_map(Path(sys.executable), bench.tree, bench.files(), task)
    assert made.text.startswith("line\n")
    assert "it says 'Disabling repo map' while it draws src/shared.h, whose" in made.said
    aider.write_text(AIDER.format(first="return ''"))
    with pytest.raises(BenchError, match="does not say why"):
        aider_map(Path(sys.executable), bench.tree, bench.files(), task)


def test_killed_writes_are_a_figure(bench: RepoBench) -> None:
    kills, half, litter = FIGURES["killed"](bench)
    assert kills.ours > 6
    assert (half.ours, half.verdict, litter.verdict) == (0, "met", "met")
    assert "have all files" in half.note


def test_the_truth_is_read_from_plain_text(bench: RepoBench) -> None:
    known = defined_in(bench.tree, bench.files())
    assert known["shared_thing"] == [("src/shared.h", 1)]
    assert known["run_3"] == [("scripts/worker3.py", 2)]
    answer = "src/a.h:3-9: struct x\nsrc/b.h:1-2: struct x\nsrc/c.h:1-2: x\nsrc/d.h:1-2: x"
    assert is_among(("src/b.h", 2), answer)
    assert not is_among(("src/b.h", 3), answer)
    assert not is_among(("src/d.h", 1), answer), "it is the fourth"
    assert choose(bench.tree, bench.files(), 20) == ("src/shared.h", "shared_thing", 25)
    with pytest.raises(BenchError, match="26 files"):
        choose(bench.tree, bench.files(), 26)
    assert folders_with(bench.tree, 25) == ["src"]
    assert folders_with(bench.tree, 26) == ["src", "scripts"]


def test_the_hash_of_a_tree_sees_everything(tmp_path: Path) -> None:
    seen: list[str] = []
    (tmp_path / "a").write_text("1")
    for act in (
        lambda: (tmp_path / "a").write_text("2"),
        lambda: (tmp_path / "a").chmod(0o755),
        lambda: (tmp_path / "a").rename(tmp_path / "b"),
        lambda: (tmp_path / "link").symlink_to("b"),
        (tmp_path / "folder").mkdir,
    ):
        seen.append(tree_hash(tmp_path))
        act()
    assert len({*seen, tree_hash(tmp_path)}) == 6


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_memory_of_children_counts(tmp_path: Path) -> None:
    hold = (
        "import sys, time; held = b'x' * 60_000_000; time.sleep(0.3);"
        " sys.stdout.write(sys.stdin.read())"
    )
    spawn = (
        "import subprocess, sys;"
        f" subprocess.run([sys.executable, '-c', {hold!r}], input='x' * 9, text=True, check=True)"
    )
    watched = run_watched([sys.executable, "-c", spawn], "")
    assert watched.output == "x" * 9
    assert watched.peak > 60_000_000
