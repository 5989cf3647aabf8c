"""Puts the shared libraries beside programs that need them, and says which glibc is still needed.

What every distribution has stays out: the C library, since it belongs to the kernel's loader, and
the C++ library, since drivers of graphics cards bring newer ones into the same process.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from release_tools import ask

ELF = b"\x7fELF"
GLIBC = re.compile(rb"GLIBC_2\.(\d+)")
OF_THE_SYSTEM = re.compile(
    r"(ld-linux[\w-]*|lib(c|m|dl|rt|pthread|util|resolv|nss_\w+|anl|stdc\+\+|gcc_s))\.so\.\d+"
)
FOUND = re.compile(r"^\s*(\S+) => (/\S+) \(0x", re.MULTILINE)


def bundle_libraries(folder: Path, patchelf: Path) -> list[str]:
    """Copy what the programs in `folder` load from outside into its lib/; returns their names."""
    library = folder / "lib"
    copied: list[str] = []
    # Libraries need libraries: what was copied is looked at in its turn.
    waiting = list(programs(folder))
    while waiting:
        program = waiting.pop()
        needed = _needed(program, patchelf)
        for name, place in FOUND.findall(ask(("ldd", str(program)))) if needed else ():
            inside = Path(place).is_relative_to(folder)
            if name not in needed or inside or OF_THE_SYSTEM.fullmatch(name):
                continue
            if not (library / name).exists():
                shutil.copy2(Path(place).resolve(), library / name)
                waiting.append(library / name)
                copied.append(name)
    for program in programs(folder):
        _look_beside(program, library, patchelf)
    return sorted(copied)


def programs(folder: Path) -> Iterator[Path]:
    """Every program and shared library that is loaded dynamically."""
    for file in sorted(folder.rglob("*")):
        if file.is_symlink() or not file.is_file():
            continue
        with file.open("rb") as opened:
            if opened.read(4) == ELF and b".dynamic" in opened.read():
                yield file


def newest_glibc(folder: Path) -> str:
    """The oldest version of glibc on which everything in `folder` runs, as 2.36."""
    found = {int(minor) for file in programs(folder) for minor in GLIBC.findall(file.read_bytes())}
    return f"2.{max(found, default=0)}"


def link_copies(folder: Path) -> None:
    """Make one file of equal ones: llama.cpp's wheel holds its libraries under three names each."""
    seen: dict[bytes, Path] = {}
    for file in programs(folder):
        first = seen.setdefault(hashlib.sha256(file.read_bytes()).digest(), file)
        if first != file:
            file.unlink()
            os.link(first, file)


def _needed(program: Path, patchelf: Path) -> Sequence[str]:
    return ask((str(patchelf), "--print-needed", str(program))).split()


def _look_beside(program: Path, library: Path, patchelf: Path) -> None:
    """Let a program find its libraries by its own place, and nowhere on the building machine."""
    before = ask((str(patchelf), "--print-rpath", str(program))).strip()
    kept = [entry for entry in before.split(":") if entry.startswith("$ORIGIN")]
    if any((library / name).exists() for name in _needed(program, patchelf)):
        up = os.path.relpath(library, program.parent)
        own = "$ORIGIN" if up == "." else f"$ORIGIN/{up}"
        kept += [own] if own not in kept else []
    if (after := ":".join(kept)) != before:
        ask((str(patchelf), "--set-rpath", after, str(program)))
