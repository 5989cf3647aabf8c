"""Fixtures of the end-to-end tests: a repository, a scripted server, one real engine for all."""

import asyncio
import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from tests.e2e.installed import COMMAND, Installed, snapshot
from tests.e2e.scripted_server import Answer, Script, serving

from inhouse_models.host.control import EngineStatus, engine_status

GREETING = '''"""Greets people."""


def greet(name: str) -> str:
    """A greeting for a name."""
    return f"Hello, {name}"
'''

# One answer is enough here; what it says is the model's affair.
BRIEF = ("--max-turns", "1", "--timeout", "90", "--system-prompt", "You are a coding agent.")


@pytest.fixture(scope="session", autouse=True)
def installed_command() -> None:
    """Everything here runs the command itself."""
    if not COMMAND.is_file():
        pytest.skip(f"inhouse is not installed at {COMMAND}: run scripts/test")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A small git repository with one commit."""
    root = tmp_path / "repository"
    root.mkdir()
    (root / "greeting.py").write_text(GREETING, "utf-8")
    (root / "README.md").write_text("# Greetings\n\nThe secret word is marmalade.\n", "utf-8")
    git = ["git", "-c", "user.name=Test", "-c", "user.email=test@localhost"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "Begin"]):
        subprocess.run([*git, *command], cwd=root, check=True)
    return root


@pytest.fixture
def untouched(repository: Path) -> Iterator[Path]:
    """The repository, in which nothing may change while the test runs."""
    before = snapshot(repository)
    yield repository
    assert snapshot(repository) == before


@pytest.fixture
def inhouse(untouched: Path) -> Installed:
    """The command in a repository that must stay as it is."""
    return Installed(untouched)


Serve = Callable[..., Script]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server that gives these answers in turn: `serve(say("Hi."), ...)`."""
    with ExitStack() as stack:

        def start(*answers: Answer) -> Script:
            return stack.enter_context(serving(answers))

        yield start


@pytest.fixture(scope="session")
def engine_variables(
    small_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """Variables that lead to a store with the real small model, and to the engine all tests share.

    A small context keeps a model that rambles from going on for minutes.
    """
    with tempfile.TemporaryDirectory("", "e2e-", "/tmp", ignore_cleanup_errors=True) as sockets:
        variables = {
            "HOME": str(tmp_path_factory.mktemp("home")),
            "XDG_DATA_HOME": str(tmp_path_factory.mktemp("data")),
            "XDG_RUNTIME_DIR": sockets,
            "INHOUSE_CONTEXT": "2048",
            "INHOUSE_IDLE_MINUTES": "3",
        }
        environment = {**os.environ, **variables}
        add = [COMMAND, "models", "add", small_model]
        subprocess.run(add, env=environment, check=True, capture_output=True)
        del variables["HOME"]
        yield variables
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_RUNTIME_DIR", sockets)
            kill_engines()


@pytest.fixture
def engine(engine_variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The real model is at hand for this test."""
    for name, value in engine_variables.items():
        monkeypatch.setenv(name, value)


def engines() -> list[EngineStatus]:
    """The engines of this test's folder of sockets."""
    return asyncio.run(engine_status())


def kill_engines() -> None:
    """End them as a crash would."""
    for one in engines():
        # It may have ended since it said that it was there.
        with suppress(ProcessLookupError):
            os.kill(one.pid, signal.SIGKILL)
