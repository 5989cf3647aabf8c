"""Pins every dependency with hashes, for Linux and macOS with Python 3.11 and newer."""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from release_tools import LOCK, ROOT, ReleaseError, ask, tool

HEADER = """\
# Every dependency of a release with the hashes of its files. Written by scripts/release/lock.
"""


def main(arguments: Sequence[str]) -> int:
    """0 when the lock is written, or with --check fits pyproject.toml; 1 when not."""
    parser = argparse.ArgumentParser(prog="lock", description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions")
    parser.add_argument("--check", action="store_true", help="only say whether it is up to date")
    chosen = parser.parse_args(arguments)
    try:
        before = LOCK.read_text(encoding="utf-8") if LOCK.is_file() else ""
        text = pin("" if chosen.upgrade else before)
    except ReleaseError as problem:
        sys.stderr.write(f"lock: {problem}\n")
        return 1
    if chosen.check and text != before:
        sys.stderr.write(f"lock: {LOCK.name} is not up to date: scripts/release/lock\n")
        return 1
    LOCK.write_text(text, encoding="utf-8")
    return 0


def pin(before: str) -> str:
    """The text of the lock; versions that it names already stay as long as they fit."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / LOCK.name
        output.write_text(before, encoding="utf-8")
        command = (
            *(
                str(tool("uv")),
                "pip",
                "compile",
                str(ROOT / "pyproject.toml"),
                "--group",
                "archive",
            ),
            *("--universal", "--python-version", "3.11", "--generate-hashes"),
            *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
            *("--quiet", "--output-file", str(output)),
        )
        # An index or folder of this machine would leave its name and its own hashes in the file.
        clean = {name: value for name, value in os.environ.items() if not name.startswith("UV_")}
        ask(command, clean)
        return HEADER + output.read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
