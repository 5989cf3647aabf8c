"""Installs the opponent mistral-vibe once, into an environment of its own."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from llama_wheel import cache_folder
from progress import Progress, run_logged

PACKAGE = "mistral-vibe"
# The last that draws with Textual; 3.0 has another interface.
VERSION = "2.18.4"
NAMES = ("python3.14", "python3.13", "python3.12", "python3")
OLDEST = (3, 12)


def ensure_vibe() -> Path | None:
    """The program, installed if need be; None is already told."""
    folder = cache_folder() / "bench" / f"vibe-{VERSION}"
    program = folder / "bin" / "vibe"
    if program.exists():
        return program
    python = next(_pythons(), None)
    if python is None:
        sys.stderr.write("mistral-vibe needs Python 3.12, which is not here: no opponent\n")
        return None
    create = [python, "-m", "venv", "--clear", str(folder)]
    install = [
        str(folder / "bin" / "pip"),
        "install",
        "--progress-bar=off",
        f"{PACKAGE}=={VERSION}",
    ]
    steps = (
        ("creating the folder of mistral-vibe", "bench-vibe-venv.log", create),
        ("installing mistral-vibe, once", "bench-vibe.log", install),
    )
    logs = cache_folder() / "logs"
    made = all(
        run_logged(command, logs / log, Progress(title), _silent) for title, log, command in steps
    )
    if made and program.exists():
        return program
    sys.stderr.write("mistral-vibe could not be installed: see above; no opponent\n")
    return None


def _pythons() -> Iterator[str]:
    """Those that are new enough, of PATH and of pyenv."""
    found = [path for name in NAMES if (path := shutil.which(name))]
    versions = sorted((Path.home() / ".pyenv" / "versions").glob("3.*/bin/python3"), reverse=True)
    test = f"import sys, venv; sys.exit(sys.version_info < {OLDEST})"
    for path in (*found, *map(str, versions)):
        if subprocess.run([path, "-c", test], capture_output=True, check=False).returncode == 0:
            yield path


def _silent(_output: str) -> str:
    return ""
