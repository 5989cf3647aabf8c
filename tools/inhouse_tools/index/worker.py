"""A program of its own, run by the index: it parses files and keeps what it finds in the index.

It is a child process because parsing takes a core for itself, and because a file on which the
parser crashes or does not end must not take the agent with it. Standard input is JSON: `search`
(where modules are looked for), `database`, `root`, `files`. It writes one MARK for each file before
it begins with it, so that the last one begun is known when it dies. Its exit code is STORE_FAILED
when the index could not be written.
"""

import json
import os
import signal
import sys
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    import sqlite3

    from inhouse_tools.index.facts import Facts

MARK = "+"
STORE_FAILED = 3
SECONDS_PER_FILE = 30
FILES_AT_ONCE = 32
"""So many are kept in one transaction."""


class Task(TypedDict):
    """What to parse: `files` are below `root`."""

    search: list[str]
    database: str
    root: str
    files: list[str]
    day: int


def main() -> None:
    """Parse every file that is not known yet."""
    task: Task = json.loads(sys.stdin.buffer.read())
    # With -I nothing of the current folder is imported; from here on what the agent may import.
    sys.path[:] = task["search"]
    import sqlite3

    try:
        _work(task)
    except sqlite3.Error:
        sys.exit(STORE_FAILED)


def _work(task: Task) -> None:
    from pathlib import Path

    from inhouse_tools import syntax
    from inhouse_tools.index.analysing import analyse, read_source
    from inhouse_tools.index.database import connect
    from inhouse_tools.index.facts import find

    parent = os.getppid()
    root = Path(task["root"])
    connection = connect(Path(task["database"]))
    waiting: list[Facts] = []
    for name in task["files"]:
        if os.getppid() != parent:
            return
        sys.stdout.write(MARK)
        sys.stdout.flush()
        # Its default action ends this process, also while it is inside of a parser.
        signal.alarm(SECONDS_PER_FILE)
        read = read_source(root / name)
        language = syntax.language_of(name)
        if read and language and find(connection, read.sha256, language.name) is None:
            waiting.append(analyse(name, read.raw, read.sha256))
        signal.alarm(0)
        if len(waiting) >= FILES_AT_ONCE:
            _keep(connection, waiting, task["day"])
    _keep(connection, waiting, task["day"])
    connection.close()


def _keep(connection: "sqlite3.Connection", waiting: "list[Facts]", day: int) -> None:
    from inhouse_tools.index.facts import save

    connection.execute("BEGIN IMMEDIATE")
    for facts in waiting:
        save(connection, facts, day)
    connection.execute("COMMIT")
    waiting.clear()


if __name__ == "__main__":
    main()
