"""Writes the completions for packages into a folder, under the names that the shells look for."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from inhouse.shell_completion.scripts import SCRIPTS

PLACES: Mapping[str, str] = {
    "bash": "bash-completion/completions/inhouse",
    "zsh": "zsh/site-functions/_inhouse",
    "fish": "fish/vendor_completions.d/inhouse.fish",
}
"""Where they belong below share/."""


def main(arguments: Sequence[str]) -> int:
    """Print the path of each file."""
    parser = argparse.ArgumentParser(prog="completions", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="such as PREFIX/share")
    for path in write_completions(parser.parse_args(arguments).folder):
        sys.stdout.write(f"{path}\n")
    return 0


def write_completions(share: Path) -> list[Path]:
    """The files, below the folder share of a package."""
    written: list[Path] = []
    for shell, place in PLACES.items():
        path = share / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SCRIPTS[shell], encoding="utf-8")
        written.append(path)
    return written


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
