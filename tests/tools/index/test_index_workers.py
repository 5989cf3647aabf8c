"""Many files are parsed by processes that may crash, be killed, or stand in a hostile folder."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.tools.index.indexes import counted_parses, places, refresh, write

from inhouse_tools.index import repository_index, workers
from inhouse_tools.index.repository_index import RepositoryIndex

COUNT = 60
SEARCH = f"import sys; sys.path[:] = {sys.path!r}\n"
REFRESH = (
    SEARCH
    + """
import asyncio, os, signal
from pathlib import Path
from inhouse_tools.index.repository_index import RepositoryIndex

index = RepositoryIndex(Path(sys.argv[1]), Path(sys.argv[2]))

def progress(done, total):
    if done >= int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(index.refresh(progress))
sys.stdout.write(str(len(index.files())))
"""
)
CRASHING = (
    SEARCH
    + """
import os, signal
from inhouse_tools.index import analysing, worker

analyse = analysing.analyse

def crash(path, raw, sha256):
    if path == "m7.py":
        os.kill(os.getpid(), signal.SIGSEGV)
    return analyse(path, raw, sha256)

analysing.analyse = crash
worker.main()
"""
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    text = "def f{0}():\n    return f{1}()\n"
    write(folder, {f"m{number}.py": text.format(number, number + 1) for number in range(COUNT)})
    return folder


def run(root: Path, cache: Path, kill_at: int) -> subprocess.Popen[str]:
    """A program that refreshes the index of a folder, and kills itself when so many are parsed."""
    command = [sys.executable, "-c", REFRESH, str(root), str(cache), str(kill_at)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_they_parse_what_is_too_much_for_one(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = counted_parses(monkeypatch)
    index = refresh(RepositoryIndex(root, tmp_path / "cache"))
    assert len(index.files()) == COUNT
    assert places(index, "f33") == ["m33.py"]
    assert index.files_that_mention("f33") == ("m32.py", "m33.py")
    assert parsed == []


def test_nothing_of_the_folder_is_imported(root: Path, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    spy = f"open({str(marker)!r}, 'a').write(__name__)\n"
    for name in ("json", "sqlite3", "tree_sitter", "inhouse_tools", "multiprocessing", "runpy"):
        write(root, {f"{name}.py": spy})
    index = refresh(RepositoryIndex(root, tmp_path / "cache"))
    assert len(index.files()) == COUNT + 6
    assert not marker.exists()


def test_a_file_that_crashes_the_parser_is_left_out(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashing = tmp_path / "crashing.py"
    crashing.write_text(CRASHING)
    monkeypatch.setattr(workers.worker, "__file__", str(crashing))
    parsed = counted_parses(monkeypatch)
    index = refresh(RepositoryIndex(root, tmp_path / "cache"))
    assert index.outline("m7.py") == ()
    assert len(index.files()) == COUNT
    assert places(index, "f8") == ["m8.py"]
    assert refresh(index).outline("m7.py") == ()
    assert parsed == []


def test_workers_that_somebody_ends_are_not_taken_for_crashed(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = workers.worker.__file__
    ended = tmp_path / "ended.py"
    ended.write_text(f"import os\nprint('+')\nos.kill(os.getpid(), {int(signal.SIGTERM)})\n")
    monkeypatch.setattr(workers.worker, "__file__", str(ended))
    index = refresh(RepositoryIndex(root, tmp_path / "cache"))
    assert index.files() == {}
    monkeypatch.setattr(workers.worker, "__file__", real)
    assert places(refresh(index), "f0") == ["m0.py"]


def test_a_worker_that_cannot_start_is_replaced(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers.worker, "__file__", str(tmp_path / "missing.py"))
    parsed = counted_parses(monkeypatch)
    assert len(refresh(RepositoryIndex(root, tmp_path / "cache")).files()) == COUNT
    assert len(parsed) == COUNT


def test_two_programs_may_refresh_at_once(root: Path, tmp_path: Path) -> None:
    programs = [run(root, tmp_path / "cache", COUNT + 1) for _ in range(2)]
    assert [program.communicate(timeout=60)[0] for program in programs] == [str(COUNT)] * 2
    assert len(RepositoryIndex(root, tmp_path / "cache").files()) == COUNT


@pytest.mark.parametrize("kill_at", [0, 30])
def test_a_killed_refresh_leaves_a_valid_index(root: Path, tmp_path: Path, kill_at: int) -> None:
    program = run(root, tmp_path / "cache", kill_at)
    program.communicate(timeout=60)
    assert program.returncode == -signal.SIGKILL
    index = refresh(RepositoryIndex(root, tmp_path / "cache"))
    assert places(index, "f59") == ["m59.py"]
    assert len(index.files()) == COUNT
    assert (tmp_path / "cache" / repository_index.FILE_NAME).is_file()
