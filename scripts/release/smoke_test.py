"""Takes a new user from the archive and from the wheel to a finished one-shot task.

As root it is a user of another number without a name, with an empty home, no variables and no
network at all; otherwise yourself with an empty home. Exit code 0 when every step went well.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from build_wheel import build_wheel
from installing import WAYS, install
from new_user import NewUser
from release_tools import DIST, ReleaseError, tell
from using import use

STARTER = "qwen2.5-coder-1.5b"


def main(arguments: Sequence[str]) -> int:
    """Each way in turn; the first step that fails ends that way."""
    parser = argparse.ArgumentParser(prog="smoke", description=__doc__)
    parser.add_argument("--way", choices=WAYS, action="append", help="all of them by default")
    parser.add_argument(
        "--archive", type=Path, metavar="FILE", help="the newest in dist/ by default"
    )
    parser.add_argument("--model", type=Path, metavar="FILE", default=starter_file())
    chosen = parser.parse_args(arguments)
    failed: list[str] = []
    for way in chosen.way or WAYS:
        started = time.monotonic()
        try:
            smoke(way, chosen.archive, chosen.model)
        except ReleaseError as problem:
            sys.stderr.write(f"smoke: {problem}\n")
            failed.append(way)
        result = "FAILED" if way in failed else "ok"
        tell(f"== {way}: {result} in {time.monotonic() - started:.0f} s")
    return 1 if failed else 0


def smoke(way: str, archive: Path | None, model: Path) -> None:
    """One way, from nothing to a finished task and to nothing left running."""
    if not model.is_file():
        raise ReleaseError(f"{model} is not there: inhouse models pull starter")
    with NewUser.create() as user:
        who = "a new user without a network" if user.is_another else "you, with an empty home"
        tell(f"== {way}: {who}, in {user.folder}")
        command = install(way, user, _archive(archive) if way == "archive" else build_wheel(DIST))
        use(user, command, user.give([model], "model") / model.name)


def _archive(chosen: Path | None) -> Path:
    found = [chosen] if chosen else sorted(DIST.glob("inhouse-*.tar.gz"), key=os.path.getmtime)
    if not found:
        raise ReleaseError("there is no archive in dist/: scripts/release/archive")
    return found[-1]


def starter_file() -> Path:
    """Where `inhouse models pull starter` puts its file."""
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "inhouse" / "models" / f"{STARTER}.gguf"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
