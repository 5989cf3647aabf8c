"""Builds the self-contained archive: a Python of its own with inhouse and all that it needs.

The Python must be one that can be moved, best one of `uv python install 3.12`, which runs with
older C libraries than this machine's. llama.cpp comes as a wheel that is there already; without
--wheels it is the one that scripts/test compiled, which is made for this kind of processor only,
and for others too if it was compiled with CMAKE_ARGS="-DGGML_NATIVE=OFF".
"""

import argparse
import platform
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from build_wheel import build_wheel
from interpreter import copy_interpreter, look_at
from llama_wheel import PACKAGE, wheel_folder
from lock_file import llama_version, without
from release_tools import (
    BUILD,
    DIST,
    LOCK,
    ROOT,
    ReleaseError,
    ask,
    python_for_archive,
    step,
    tell,
    tool,
    version,
)
from shared_libraries import bundle_libraries, link_copies, newest_glibc
from tar_file import pack
from write_completions import write_completions
from write_man_page import man_page
from write_sbom import library_component, python_component, write_sbom


def main(arguments: Sequence[str]) -> int:
    """Print the archive's path; 1 when it cannot be built."""
    parser = argparse.ArgumentParser(prog="archive", description=__doc__)
    parser.add_argument("--python", default=python_for_archive(), metavar="PATH")
    parser.add_argument("--wheels", type=Path, metavar="FOLDER", help="with llama.cpp's wheel")
    parser.add_argument("--output", type=Path, default=DIST, metavar="FOLDER")
    chosen = parser.parse_args(arguments)
    started = time.monotonic()
    try:
        archive = build_archive(chosen.python, chosen.wheels, chosen.output)
    except ReleaseError as problem:
        sys.stderr.write(f"archive: {problem}\n")
        return 1
    size = archive.stat().st_size / 1e6
    tell(f"{archive.name}: {size:.0f} MB in {time.monotonic() - started:.0f} s")
    sys.stdout.write(f"{archive}\n")
    return 0


def build_archive(python: str, wheels: Path | None, output: Path) -> Path:
    """The archive of this checkout, beside its bill of materials."""
    source = look_at(python)
    name = f"inhouse-{version()}-{system()}"
    folder = BUILD / name
    shutil.rmtree(folder, ignore_errors=True)
    tell(f"Python {source.full} of {source.prefix}")
    program = copy_interpreter(source, folder / "python")
    install(program, wheels or wheel_folder(llama_version()), build_wheel(output))
    for file in sorted((folder / "python" / "bin").iterdir()):
        if not file.name.startswith("python") and file.name != "inhouse":
            file.unlink()
    bundled: list[str] = []
    if sys.platform == "linux":
        bundled = bundle_libraries(folder / "python", tool("patchelf"))
        link_copies(folder)
        tell(f"bundled {', '.join(bundled)}; needs glibc {newest_glibc(folder)} or newer")
    # Its first line would name the building machine; the launcher gives it to the right Python.
    shutil.copy2(ROOT / "packaging" / "inhouse", folder / "python" / "bin")
    (folder / "bin").mkdir()
    shutil.copy2(ROOT / "packaging" / "archive" / "inhouse", folder / "bin")
    for document in ("LICENSE", "README.md", "CHANGELOG.md"):
        shutil.copy2(ROOT / document, folder)
    shutil.copy2(LOCK, folder)
    write_beside(folder / "share")
    libraries = [library_component(folder / "python" / "lib" / file) for file in bundled]
    bill = output / f"{name}.cdx.json"
    write_sbom(program, bill, [python_component(source.full), *libraries])
    shutil.copy2(bill, folder / "sbom.cdx.json")
    compile_all(program)
    return pack(folder, output / f"{name}.tar.gz")


def write_beside(share: Path) -> None:
    """The manual page and what shells load, where they stand below a prefix."""
    page = share / "man" / "man1" / "inhouse.1"
    page.parent.mkdir(parents=True)
    page.write_text(man_page(), encoding="utf-8")
    write_completions(share)


def install(program: Path, wheels: Path, own: Path) -> None:
    """Put what the lock names into the new Python, then llama.cpp and inhouse."""
    pinned = BUILD / "requirements.txt"
    pinned.write_text(without(LOCK.read_text(encoding="utf-8"), PACKAGE), encoding="utf-8")
    uv = (str(tool("uv")), "pip", "install", "--python", str(program), "--link-mode", "copy")
    only = ("--no-deps", "--only-binary", ":all:")
    hashed = ("--require-hashes", "-r", str(pinned))
    step("installing what the lock names", (*uv, *only, *hashed))
    here = ("--no-index", "--find-links", str(wheels), "--find-links", str(own.parent))
    names = (f"{PACKAGE}=={llama_version()}", f"inhouse=={version()}")
    # The version may be the same as before, and what uv keeps of it older.
    step("installing inhouse", (*uv, *only, *here, "--no-cache", "--reinstall", *names))


def compile_all(program: Path) -> None:
    """Bytecode beside every module, valid whatever the time stamps are when it is unpacked."""
    library = program.parents[1] / "lib"
    quiet = ("-q", "-j", "0", "--invalidation-mode", "unchecked-hash", "-s", str(library))
    # Test data of libraries may be no valid Python; what matters was imported by then.
    ask((str(program), "-I", "-m", "compileall", *quiet, str(library)))


def system() -> str:
    """This system in file names: linux-x86_64, macos-arm64."""
    name = "macos" if sys.platform == "darwin" else sys.platform
    return f"{name}-{platform.machine()}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
