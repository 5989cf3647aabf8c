"""One attempt to get out of a sandbox, as a value."""

from dataclasses import dataclass
from typing import Literal

Place = Literal["a repository", "a linked worktree", "a plain folder", "the home"]


@dataclass(frozen=True, slots=True)
class Attack:
    """Commands that try to do harm, run one after another, each in a boundary of its own.

    `shell` is for bash, where `won` prints the sign of success; `python` is a program that knows
    what `PRELUDE` defines. An attack has either. `before` is run without a boundary: what a person
    had set up. Success is not declared here: the ground sees it (`ground.py`).

    `control` says who can do this harm without a boundary, so that the attempt proves something;
    "nobody" where the attempt would hurt the machine of whoever runs the tests, or is stopped
    by other means. `partial` marks what Landlock with seccomp does not stop, and says so.
    """

    name: str
    shell: tuple[str, ...] = ()
    python: str = ""
    before: str = ""
    place: Place = "a repository"
    control: Literal["anybody", "root", "nobody"] = "anybody"
    partial: bool = False
    seconds: float = 10.0


PRELUDE = """
import ctypes, errno, fcntl, os, signal, socket, struct, sys, time
from pathlib import Path
E = os.environ
LAB, HOME, PROJECT, OUTSIDE = (Path(E[k]) for k in ("LAB", "HOME", "LAB_PROJECT", "LAB_OUTSIDE"))
CANARY = OUTSIDE / "canary"
VICTIM = int(E["LAB_VICTIM"])
libc = ctypes.CDLL(None, use_errno=True)
def won(what=""):
    print("WON", E["LAB_NONCE"], what, flush=True)
def tried(action, *arguments):
    try:
        return action(*arguments)
    except OSError as error:
        print(error)
"""
SHELL_PRELUDE = 'won() { echo "WON $LAB_NONCE $*"; }\n'
