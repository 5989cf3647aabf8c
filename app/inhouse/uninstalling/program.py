"""How the program itself was installed, and what removes it."""

import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from inhouse_models.backends.installer import Place, look_at_place


@dataclass(frozen=True, slots=True)
class Program:
    """How inhouse was installed, in words, and the command that removes it."""

    kind: str
    command: str


def look_at_program(place: Place | None = None, system: Path = Path("/")) -> Program:
    """What removes the program that runs now. `system` is where the databases of packages lie."""
    place = place or look_at_place()
    packaged = _system_package(place.prefix, system)
    if packaged is not None:
        return packaged
    if (place.prefix.parent / "bin" / "inhouse").exists() and place.prefix.name == "python":
        folder = shlex.quote(str(place.prefix.parent))
        return Program("self-contained archive", f"rm -r {folder}")
    if (place.prefix / "uv-receipt.toml").exists():
        return Program("uv tool", "uv tool uninstall inhouse")
    if (place.prefix / "pipx_metadata.json").exists():
        return Program("pipx", "pipx uninstall inhouse")
    if "uv" in place.tools and not place.pip:
        return Program("uv", f"uv pip uninstall --python {shlex.quote(place.python)} inhouse")
    kind = "virtual environment" if place.virtual else "system Python"
    return Program(kind, f"{shlex.quote(place.python)} -m pip uninstall inhouse")


def _system_package(path: Path, system: Path) -> Program | None:
    parts = path.parts
    if "Cellar" in parts:
        return Program("Homebrew", "brew uninstall inhouse")
    if "WinGet" in parts:
        return Program("winget", "winget uninstall inhouse")
    lists = system / "var/lib/dpkg/info/inhouse.list"
    if lists.exists() and _is_listed(lists, path):
        return Program("Debian package", "sudo apt remove inhouse")
    pacman = system / "var/lib/pacman/local"
    owned = (_is_listed(one, path) for one in pacman.glob("inhouse-[0-9]*/files"))
    if any(owned):
        return Program("pacman", "sudo pacman -R inhouse")
    return None


def _is_listed(names: Path, path: Path) -> bool:
    """Whether a package has placed this path, by the list of its files."""
    wanted = str(path).lstrip(os.sep)
    with names.open(errors="surrogateescape") as lines:
        return any(line.strip().strip("/") == wanted for line in lines)


def is_another_person(home: Path) -> bool:
    """Whether root would act on the files of somebody else, as under sudo."""
    if os.geteuid() != 0 or sys.platform == "win32":
        return False
    try:
        return home.stat().st_uid != 0
    except OSError:
        return False
