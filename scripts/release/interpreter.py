"""Copies a Python so that it runs wherever it is put, without what an agent does not need."""

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from release_tools import ReleaseError, ask

FACTS = """
import json, sys, sysconfig
print(json.dumps({
    "version": "%d.%d" % sys.version_info[:2], "full": sys.version.split()[0],
    "prefix": sys.base_prefix, "stdlib": sysconfig.get_path("stdlib"),
    "shared": sysconfig.get_config_var("Py_ENABLE_SHARED"),
}))
"""
UNUSED_FOLDERS = (
    *("test", "tests", "idlelib", "tkinter", "turtledemo", "lib2to3", "ensurepip", "pydoc_data"),
    *("site-packages", "dist-packages", "__pycache__"),
)
# Tk and NIS need libraries that nothing here uses; those of readline and gdbm are under the GPL.
UNUSED_MODULES = (
    *("_tkinter", "nis", "readline", "_gdbm", "_dbm", "_curses", "_curses_panel", "_crypt"),
    *("_test*", "_xx*", "xx*", "_ctypes_test"),
)
# Where it was built is nobody's business, and means nothing where it runs.
NOWHERE = "/install"


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python on this machine: its version as 3.12 and 3.12.1, its prefix, its library folder."""

    version: str
    full: str
    prefix: Path
    stdlib: Path
    shared: bool


def look_at(python: str) -> Interpreter:
    """What a Python says of itself; one that cannot be moved is refused."""
    facts = json.loads(ask((python, "-I", "-c", FACTS)))
    prefix, stdlib = Path(facts["prefix"]), Path(facts["stdlib"])
    if stdlib != prefix / "lib" / f"python{facts['version']}" or prefix == Path("/usr"):
        raise ReleaseError(
            f"{python} belongs to the system and cannot be moved: "
            "give one of `uv python install 3.12` with --python"
        )
    return Interpreter(facts["version"], facts["full"], prefix, stdlib, bool(facts["shared"]))


def copy_interpreter(source: Interpreter, target: Path) -> Path:
    """Put bin/python3 and its library under `target`; returns the program."""
    name = f"python{source.version}"
    (target / "bin").mkdir(parents=True)
    program = target / "bin" / name
    shutil.copy2((source.prefix / "bin" / name).resolve(), program)
    (target / "bin" / "python3").symlink_to(name)
    library = target / "lib" / name
    unused = shutil.ignore_patterns(*UNUSED_FOLDERS, f"config-{source.version}*")
    shutil.copytree(source.stdlib, library, ignore=unused, symlinks=True)
    (library / "site-packages").mkdir()
    _remove(library / "lib-dynload", UNUSED_MODULES)
    for file in source.prefix.glob("lib/libpython3*.so.*"):
        shutil.copy2(file, target / "lib")
    for file in source.prefix.glob("lib/libpython3*.dylib"):
        shutil.copy2(file, target / "lib")
    for file in library.glob("_sysconfigdata*.py"):
        _forget_prefix(file, source.prefix)
    return program


def _remove(folder: Path, modules: Iterable[str]) -> None:
    for module in modules:
        for file in folder.glob(f"{module}.*.so"):
            file.unlink()


def _forget_prefix(file: Path, prefix: Path) -> None:
    text = file.read_text(encoding="utf-8").replace(str(prefix), NOWHERE)
    file.write_text(text, encoding="utf-8")
