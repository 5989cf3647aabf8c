"""Builds the wheel into dist/ and checks that it holds everything that stands in the packages."""

import argparse
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from release_tools import DIST, ROOT, ReleaseError, ask, version

PACKAGES = ("app/inhouse", "agent/inhouse_agent", "tools/inhouse_tools", "models/inhouse_models")


def main(arguments: Sequence[str]) -> int:
    """Print the wheel's path; 1 when it cannot be built or something is missing."""
    parser = argparse.ArgumentParser(prog="wheel", description=__doc__)
    parser.add_argument("--output", type=Path, default=DIST, metavar="FOLDER")
    try:
        sys.stdout.write(f"{build_wheel(parser.parse_args(arguments).output)}\n")
    except ReleaseError as problem:
        sys.stderr.write(f"wheel: {problem}\n")
        return 1
    return 0


def build_wheel(folder: Path) -> Path:
    """The wheel of this checkout, built and checked."""
    where = str(folder.resolve())
    ask((sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", where))
    wheel = folder / f"inhouse-{version()}-py3-none-any.whl"
    if missing := missing_from(wheel):
        raise ReleaseError(f"{wheel.name} lacks {', '.join(missing)}")
    return wheel


def missing_from(wheel: Path) -> list[str]:
    """What an installation needs and the wheel does not hold."""
    with zipfile.ZipFile(wheel) as file:
        held = set(file.namelist())
    return sorted(set(needed()) - held)


def needed() -> list[str]:
    """Every file of the four packages, the launcher and the licence, as a wheel names them."""
    information = f"inhouse-{version()}.dist-info"
    launcher = f"inhouse-{version()}.data/scripts/inhouse"
    names = [launcher, f"{information}/METADATA", f"{information}/licenses/LICENSE"]
    for package in PACKAGES:
        base = (ROOT / package).parent
        files = (file for file in (ROOT / package).rglob("*") if file.is_file())
        names += [
            file.relative_to(base).as_posix()
            for file in files
            if "__pycache__" not in file.parts and not file.name.startswith(".")
        ]
    return names


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
