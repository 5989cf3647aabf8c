"""How packages of this very installation are replaced: pip, uv or pipx, or why they cannot be."""

import importlib.util
import os
import shutil
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

PACKAGE = "llama-cpp-python"


@dataclass(frozen=True, slots=True)
class Place:
    """Facts of an installation that decide how it is changed. `tools` are programs on the path."""

    python: str
    prefix: Path
    virtual: bool = True
    pip: bool = True
    managed: bool = False
    writable: bool = True
    tools: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Installer:
    """The program that installs, up to the word `install`, and what its options look like."""

    kind: Literal["pip", "uv"]
    argv: tuple[str, ...]

    def command(self, version: str, *, index: str = "", source: bool = False) -> tuple[str, ...]:
        """The command that puts one version anew: from an index of wheels, or compiled here."""
        replace = ("--reinstall", "--no-cache") if self.kind == "uv" else _PIP_ANEW
        form = "--no-binary" if source else "--only-binary"
        # Only that index: without dependencies there is nothing to look for elsewhere.
        where = ("--index-url", index) if index else ()
        return (*self.argv, *replace, "--no-deps", form, PACKAGE, *where, f"{PACKAGE}=={version}")

    def add(self, packages: tuple[str, ...]) -> tuple[str, ...]:
        """The command that adds packages with what they need."""
        return (*self.argv, *(("--no-input",) if self.kind == "pip" else ()), *packages)


_PIP_ANEW = ("--force-reinstall", "--no-cache-dir", "--no-input", "--verbose")


@dataclass(frozen=True, slots=True)
class InstallerFault:
    """Why nothing can be installed here, and what to do, in a sentence for a person."""

    text: str


def look_at_place(find: Callable[[str], str | None] = shutil.which) -> Place:
    """The installation that runs this."""
    packages = Path(sysconfig.get_path("purelib"))
    return Place(
        python=sys.executable,
        prefix=Path(sys.prefix),
        virtual=sys.prefix != sys.base_prefix,
        pip=importlib.util.find_spec("pip") is not None,
        managed=(Path(sysconfig.get_path("stdlib")) / "EXTERNALLY-MANAGED").exists(),
        writable=os.access(packages, os.W_OK),
        tools=frozenset(name for name in ("uv", "pipx") if find(name)),
    )


def choose_installer(place: Place) -> Installer | InstallerFault:
    """What replaces a package of this installation."""
    if not place.virtual and place.managed:
        return InstallerFault(
            "this Python belongs to the system: install inhouse with uv tool install or pipx"
        )
    if not place.writable:
        return InstallerFault(f"{place.prefix} belongs to another user: run this as that user")
    pipx = (place.prefix / "pipx_metadata.json").exists()
    if pipx and "pipx" in place.tools:
        return Installer("pip", ("pipx", "runpip", place.prefix.name, "install"))
    own = (place.prefix / "uv-receipt.toml").exists()
    if place.pip and not own:
        # Isolated, so that a repository's own pip.py in the current folder is never run.
        return Installer("pip", (place.python, "-I", "-m", "pip", "install"))
    if "uv" in place.tools:
        return Installer("uv", ("uv", "pip", "install", "--python", place.python))
    if own:
        return InstallerFault("inhouse was installed by uv, which is not on the path now")
    return InstallerFault(f"there is no pip here: {place.python} -m ensurepip, then try again")
