"""Starts laboratories as other users and gathers what came of the attacks."""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.tools.sandbox.laboratory import Backend, Outcome, User

ROOT = Path(__file__).resolve().parents[3]
LABORATORY = "tests.tools.sandbox.laboratory"
USERS: tuple[User, ...] = ("root", "nobody") if os.geteuid() == 0 else ("nobody",)
"""Root can become everybody; others try everything as themselves."""


def try_all(user: User, backend: Backend, attacks: Sequence[str] = ()) -> tuple[Outcome, ...]:
    """The outcome of all attacks, or of the named ones, in a process of that user."""
    with TemporaryDirectory("", "inhouse-lab-code-", "/var/tmp") as folder:
        code = ROOT if _open_to_all(ROOT) else _copy_of_code(Path(folder))
        finished = subprocess.run(
            [sys.executable, "-m", LABORATORY, "--user", user, "--backend", backend, *attacks],
            cwd=code,
            env={**os.environ, "PYTHONPATH": f"{code}/tools:{code}"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    if finished.returncode != 0:
        raise AssertionError(f"the laboratory failed:\n{finished.stderr[-3000:]}")
    return tuple(_outcome(line) for line in finished.stdout.splitlines())


def got_through(outcomes: Sequence[Outcome]) -> list[str]:
    """The attacks that did harm, each with what it did, for a report."""
    return [f"{one.attack}: {'; '.join(one.harm)}" for one in outcomes if one.harm]


def held(outcomes: Sequence[Outcome]) -> list[str]:
    """The attacks that did none, each with what it said, for a report."""
    return [f"{one.attack}: {one.output[-300:]}" for one in outcomes if not one.harm]


def _outcome(line: str) -> Outcome:
    said: dict[str, Any] = json.loads(line)
    said["harm"] = tuple(said["harm"])
    return Outcome(**said)


def _open_to_all(folder: Path) -> bool:
    """Whether another user can read what lies in a folder."""
    wanted = stat.S_IROTH | stat.S_IXOTH
    return all(one.stat().st_mode & wanted == wanted for one in (folder, *folder.parents))


def _copy_of_code(folder: Path) -> Path:
    """Our code where every user can read it; Landlock's launcher is started from there."""
    folder.chmod(0o755)
    for name in ("tools/inhouse_tools", "tests/tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder
