"""`inhouse map` as people and scripts use it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.app.conftest import Run

from inhouse.cli import app

FILES = {
    "core.py": "class Engine:\n    def run_engine(self):\n        pass\n",
    "first.py": "from core import Engine\n\n\ndef start_first():\n    Engine().run_engine()\n",
    "tools/second.py": "from core import Engine\n\n\ndef start_second():\n    Engine()\n",
}
Said = tuple[int, str, str]
Map = Callable[..., Said]


@pytest.fixture
def repository(folder: Path) -> Path:
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture
def show(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Map:
    """The command in this process and in `folder`: its exit code, output and complaints."""
    monkeypatch.chdir(folder)

    def run(*arguments: str) -> Said:
        code = app(["map", *arguments], prog_name="inhouse", standalone_mode=False)
        said = capsys.readouterr()
        return code or 0, said.out, said.err

    return run


def test_it_is_a_tree(inhouse: Run, repository: Path, home: Path) -> None:
    done = inhouse("map", "--tokens", "12")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "core.py:\n  class Engine\n    def run_engine(self)\n"
    assert done.stderr == ""
    assert list(home.glob(".cache/inhouse/projects/*/index.sqlite"))
    assert not list(repository.glob(".*"))


def test_it_can_be_about_something(show: Map, repository: Path) -> None:
    def first(*about: str) -> str:
        return json.loads(show("--json", *about)[1])["files"][0]["path"]

    assert first() == "core.py"
    assert first(".") == "core.py"
    assert first("start_second") == "tools/second.py"
    assert first("tools") == "tools/second.py"
    assert first("why does start_first fail?") == "first.py"


def test_json_has_files_ranks_and_symbols(show: Map, repository: Path) -> None:
    code, text, _complaints = show("--json", "-C", str(repository))
    found = json.loads(text)
    assert (code, found["root"]) == (0, str(repository))
    core = found["files"][0]
    assert core["path"] == "core.py"
    assert 0 < core["rank"] < 1
    assert core["symbols"][0].keys() == {"name", "kind", "line", "signature", "rank"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("tools/secnd.py",), "Did you mean tools/second.py?"),
        (("..",), "outside of"),
        (("~nobody-of-this-name/x",), "There is no file"),
        (("-C", "missing"), "is not there"),
        (("-C", "core.py"), "is not a folder"),
        (("--tokens", "1"), "too little"),
    ],
)
def test_mistakes_are_explained(
    show: Map, repository: Path, arguments: tuple[str, ...], said: str
) -> None:
    code, text, complaints = show(*arguments)
    assert (code, text) == (2, "")
    assert said in complaints


def test_an_empty_folder_has_no_map(show: Map, folder: Path) -> None:
    code, text, complaints = show()
    assert (code, text) == (1, "")
    assert "No file in" in complaints
    (folder / "a.py").write_text("def f(): pass\n")
    code, text, complaints = show("elephants")
    assert (code, text) == (0, "a.py:\n  def f()\n")
    assert "Nothing here is named like elephants" in complaints
