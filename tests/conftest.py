"""Fixtures of every test: a temporary home, goldens with one update switch, a small real model."""

import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says something about what else the machine does.
settings.register_profile("inhouse", deadline=None)
settings.load_profile("inhouse")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # pytest's workers ignore Ctrl+C, and so would every command that they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)

GOLDENS = Path(__file__).parent / "goldens"
# Taken before any test moves HOME: the real model is too large to be fetched for every run.
REAL_DATA = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
SMALL_MODEL = REAL_DATA / "inhouse" / "models" / "qwen2.5-coder-0.5b.gguf"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write goldens instead of comparing")
    parser.addoption("--llama-server", metavar="PATH", help="test against this program as well")


# What computes, and what waits for processes: a file of the one beside a file of the other, and all
# of them before the rest, so that no worker is left alone with one of them at the end.
COMPUTING = ("tests/models/engine/", "tests/bench/", "tests/models/host/")
WAITING = ("tests/e2e/", "tests/tools/sandbox/", "tests/app/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the files; within a file everything stays in its order."""
    files = list(dict.fromkeys(file_of(item) for item in items))
    computing = [file for file in files if file.startswith(COMPUTING)]
    waiting = [file for file in files if file.startswith(WAITING)]
    mixed = [one for pair in zip_longest(computing, waiting) for one in pair if one is not None]
    places = {file: place for place, file in enumerate(dict.fromkeys([*mixed, *files]))}
    items.sort(key=lambda item: places[file_of(item)])


def file_of(item: pytest.Item) -> str:
    """The path of the file that a test stands in."""
    return item.nodeid.partition("::")[0]


@pytest.fixture(autouse=True)
def home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """An empty home, so that no test reads or writes the person's own files.

    The folder of sockets is apart and short, since a socket's path has room for 108 bytes.
    """
    folder = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(("XDG_", "INHOUSE_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(folder))
    # A process of inhouse changes these for what it starts: here only as long as the test lasts.
    monkeypatch.setenv("PATH", os.environ.get("PATH", os.defpath))
    monkeypatch.delenv("GIT_CONFIG_PARAMETERS", raising=False)
    # An engine host may still be on its way out when its test is over.
    with tempfile.TemporaryDirectory("", "inhouse-", "/tmp", ignore_cleanup_errors=True) as sockets:
        monkeypatch.setenv("XDG_RUNTIME_DIR", sockets)
        yield folder


@pytest.fixture(scope="session")
def small_model() -> Path:
    """The real 0.5B model, for tests marked "model"."""
    if not SMALL_MODEL.is_file():
        pytest.skip(
            "there is no small model: run scripts/test, or inhouse models pull starter-small"
        )
    return SMALL_MODEL


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare text with a file under tests/goldens, or write it there with --update."""

    def compare(name: str, text: str) -> None:
        file = GOLDENS / name
        if request.config.getoption("--update"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert file.exists(), f"{file} is missing: run pytest --update and review it"
        assert text == file.read_text(encoding="utf-8")

    return compare
