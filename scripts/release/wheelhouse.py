"""The wheels that an installation without an index takes: what is locked, llama.cpp and inhouse."""

import shutil
import subprocess
import sys
from pathlib import Path

from llama_wheel import PACKAGE, wheel_folder
from lock_file import llama_version, without
from release_tools import BUILD, LOCK, ReleaseError, step

INSTALLERS = ("pip>=25.1", "pipx>=1.7", "uv>=0.8")


def fill_wheelhouse(python: str, wheel: Path) -> list[Path]:
    """Every wheel for this Python; what was downloaded for the same lock is kept."""
    house = BUILD / "wheelhouse" / Path(python).name
    pinned = house / "requirements.txt"
    wanted = without(LOCK.read_text(encoding="utf-8"), PACKAGE)
    if not pinned.is_file() or pinned.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(house, ignore_errors=True)
        house.mkdir(parents=True)
        fresh = BUILD / "wheelhouse-python"
        step("making an environment", [python, "-m", "venv", "--clear", str(fresh)])
        pip = (str(fresh / "bin" / "python"), "-m", "pip", "download", "--quiet", "-d", str(house))
        only = ("--only-binary", ":all:")
        requirements = house / "wanted.txt"
        requirements.write_text(wanted, encoding="utf-8")
        hashed = ("--no-deps", "--require-hashes", "-r", str(requirements))
        step("downloading what the lock names", [*pip, *only, *hashed])
        step("downloading the installers", [*pip, *only, *INSTALLERS])
        requirements.rename(pinned)
    llama = sorted(wheel_folder(llama_version()).glob("*.whl"))
    if not llama:
        raise ReleaseError(f"there is no wheel of {PACKAGE} yet: scripts/test makes it")
    return [*sorted(house.glob("*.whl")), llama[-1], wheel]


def python_for_everybody() -> str:
    """A Python of the system, which a user of any number may run, and which makes environments."""
    for name in ("python3.12", "python3.11", "python3.13", "python3"):
        for folder in ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"):
            program = Path(folder) / name
            check = "import ensurepip, sys; sys.exit(sys.version_info < (3, 11))"
            if program.exists() and _runs(str(program), check):
                return str(program)
    return sys.executable


def _runs(program: str, code: str) -> bool:
    command = [program, "-I", "-c", code]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
