"""What the release scripts share: folders, the version, and the tools of the group `release`."""

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from progress import Progress, run_logged

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "dist"
BUILD = ROOT / "build" / "release"
LOCK = ROOT / "packaging" / "archive" / "requirements.lock"
TOOLS = BUILD / "tools"


class ReleaseError(Exception):
    """Why a step of a release cannot be done, in a sentence for the person who makes it."""


def version() -> str:
    """The version in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def tool(name: str) -> Path:
    """A program of the dependency group `release`, which is installed when it changed."""
    stamp = TOOLS / "group.txt"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = "\n".join(project["dependency-groups"]["release"])
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        pip = (str(TOOLS / "bin" / "python"), "-m", "pip", "install", "--quiet")
        group = f"{ROOT / 'pyproject.toml'}:release"
        step("making an environment", [sys.executable, "-m", "venv", "--clear", str(TOOLS)])
        step("updating pip", [*pip, "pip>=25.1"])
        step("installing the release tools", [*pip, "--group", group])
        stamp.write_text(wanted, encoding="utf-8")
    return TOOLS / "bin" / name


SAY_PATH = "import sys; print(sys.executable)"


def step(title: str, command: Sequence[str]) -> None:
    """Run a command into a log of its own, with the time it takes on standard error."""
    log = BUILD / "logs" / f"{title.replace(' ', '-')}.log"
    if not run_logged(command, log, Progress(title), lambda _output: ""):
        raise ReleaseError(f"{title} failed")


def ask(command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """What a command prints, run in the checkout; its failure is ours, with what it said."""
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=ROOT, check=False
    )
    if done.returncode != 0:
        raise ReleaseError(f"{command[0]} failed: {(done.stderr or done.stdout).strip()[-2000:]}")
    return done.stdout


def python_for_archive() -> str:
    """Python 3.12, the last that ready-made wheels of llama.cpp are made for; best uv's own."""
    uv, named = shutil.which("uv"), shutil.which("python3.12")
    # A name on the path may be a switch between versions, and fail.
    ways = ((uv, "python", "find", "--managed-python", "3.12"), (named, "-I", "-c", SAY_PATH))
    for program, *rest in ways:
        if program is None:
            continue
        found = subprocess.run([program, *rest], capture_output=True, text=True, check=False)
        if found.returncode == 0:
            return found.stdout.strip()
    return sys.executable


def tell(line: str) -> None:
    """A line of progress on standard error."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
