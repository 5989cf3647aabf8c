"""Installs the opponent aider once, into an environment of its own."""

import subprocess
import sys
from pathlib import Path

from llama_wheel import cache_folder
from progress import Progress, run_logged

PACKAGE = "aider-chat"
VERSION = "0.86.2"
# What its map imports, in the versions that this aider asks for: the rest of it takes a gigabyte.
NEEDED = (
    "diskcache==5.6.3",
    "grep-ast==0.9.0",
    "networkx==3.4.2",
    "numpy==1.26.4",
    "packaging==26.0",
    "pathspec==1.0.4",
    "pygments==2.19.2",
    "rich==14.3.2",
    "scipy==1.15.3",
    "tqdm==4.67.3",
    "tree-sitter==0.25.2",
    "tree-sitter-language-pack==0.13.0",
)


def ensure_aider() -> Path | None:
    """A Python that can import aider, made if need be; None is already told."""
    folder = cache_folder() / "bench" / f"aider-{VERSION}"
    python = folder / "bin" / "python"
    if _works(python):
        return python
    logs = cache_folder() / "logs"
    create = [sys.executable, "-m", "venv", "--clear", str(folder)]
    install = [str(python), "-m", "pip", "install", "--only-binary", ":all:", "--progress-bar=off"]
    steps = (
        ("creating aider's folder", "bench-aider-venv.log", create),
        ("installing what aider needs, once", "bench-aider-needs.log", [*install, *NEEDED]),
        ("installing aider", "bench-aider.log", [*install, "--no-deps", f"{PACKAGE}=={VERSION}"]),
    )
    made = all(
        run_logged(command, logs / log, Progress(title), _silent) for title, log, command in steps
    )
    if made and _works(python):
        return python
    sys.stderr.write("aider could not be installed: see above, or measure with --alone\n")
    return None


def _works(python: Path) -> bool:
    if not python.exists():
        return False
    asked = f"import importlib.metadata as m; print(m.version('{PACKAGE}'))"
    check = [str(python), "-c", asked]
    result = subprocess.run(check, capture_output=True, text=True, check=False)
    return result.stdout.strip() == VERSION


def _silent(_output: str) -> str:
    return ""
