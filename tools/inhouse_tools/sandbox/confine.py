"""Runs a program that can open no socket but Unix ones.

`python -I -m inhouse_tools.sandbox.confine PROGRAM ARGUMENT …` becomes that program.
"""

import os
import sys

from inhouse_tools.sandbox.seccomp import filter_program, install

NOT_CONFINED = 78


def main() -> None:
    """Put the filter on, then become the program; exit code 78 when there can be no filter."""
    problem = install(filter_program("other than unix"))
    if problem is not None:
        sys.stderr.write(f"Not started, since {problem}.\n")
        sys.exit(NOT_CONFINED)
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
