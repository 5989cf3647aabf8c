"""The token that other programs have to show: made once, kept in a private file."""

import os
import secrets
import stat
from pathlib import Path

from inhouse_agent.folders import state_folder
from inhouse_models.private_file import write_private
from inhouse_tools.refusal import Refusal

LEAST_CHARACTERS = 32
MOST_BYTES = 4096


def token_path() -> Path:
    """Where the token is kept between runs."""
    return state_folder() / "serve-token"


def read_token(path: Path) -> str | Refusal:
    """The token in a file of the person's own; without a file a new one is written there."""
    try:
        if not path.exists():
            write_private(path, [f"{secrets.token_urlsafe(32)}\n".encode("ascii")])
        return _read(path)
    except OSError as problem:
        return Refusal(f"The token file {path} cannot be used: {problem.strerror or problem}.")


def _read(path: Path) -> str | Refusal:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return Refusal(f"The token file {path} is no file.")
        if status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o077:
            return Refusal(
                f"Others can read the token file {path}. Make it yours alone: chmod 600 {path};"
                " or delete it, and a new one is made."
            )
        token = file.read(MOST_BYTES).decode("utf-8", "replace").strip()
    if len(token) < LEAST_CHARACTERS or not (token.isascii() and token.isprintable()):
        return Refusal(
            f"The token in {path} has to be one line of at least {LEAST_CHARACTERS} plain"
            " characters. Delete the file, and a new one is made."
        )
    return token
