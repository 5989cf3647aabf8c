"""What a new user does first: looks at it, adds a model, has a bug fixed, and stops the engine."""

import json
from pathlib import Path

from new_user import NewUser
from release_tools import ROOT, ReleaseError, version

TASK = ROOT / "packaging" / "archive" / "task"
PROMPT = (
    "The function add in sums.py subtracts. Make it add, so that `python3 -m unittest -q` passes."
)
TESTS = ("python3", "-m", "unittest", "-q")
STOP_SECONDS = 30.0
WRONG, RIGHT = "return first - second", "return first + second"


def use(user: NewUser, command: Path, model: Path) -> None:
    """From the installed command to a finished task; ReleaseError tells which step did not go."""
    inhouse = str(command)
    told = user.run("inhouse --version", inhouse, "--version")
    expect(told == f"inhouse {version()}\n", f"--version says {told!r}")
    user.run("inhouse --help", inhouse, "--help")
    user.run("inhouse models add", inhouse, "models", "add", str(model))
    repository = lay_out(user)
    report = user.run("inhouse doctor", inhouse, "doctor", "-m", model.stem, folder=repository)
    expect(model.stem in report, f"doctor does not know the model:\n{report}")
    asked = (inhouse, "-m", model.stem, "--output-format", "json", "--verify", " ".join(TESTS))
    answer = json.loads(user.run("inhouse -p", *asked, "-p", PROMPT, folder=repository))
    expect(answer["subtype"] == "success", f"the task ended with {answer}")
    text = (repository / "sums.py").read_text(encoding="utf-8")
    expect(RIGHT in text and WRONG not in text, f"sums.py is now\n{text}")
    user.run("the tests of the task", *TESTS, folder=repository)
    user.run("inhouse engine stop", inhouse, "engine", "stop")
    # The engine finishes what it writes to disk after it has been told to stop.
    expect(user.is_alone(STOP_SECONDS), "something still runs after inhouse engine stop")


def lay_out(user: NewUser) -> Path:
    """A git repository of the user with a bug that its test finds."""
    repository = user.home / "sums"
    user.run("copy the task", "cp", "-r", str(user.give(TASK.iterdir(), "task")), str(repository))
    identity = ("-c", "user.name=New User", "-c", "user.email=new@localhost")
    for arguments in (
        ("init", "--quiet"),
        ("add", "--all"),
        (*identity, "commit", "--quiet", "-m", "x"),
    ):
        user.run(f"git {arguments[0]}", "git", *arguments, folder=repository)
    return repository


def expect(holds: bool, otherwise: str) -> None:
    """Fail with what was seen instead."""
    if not holds:
        raise ReleaseError(otherwise)
