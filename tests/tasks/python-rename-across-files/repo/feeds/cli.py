"""Pages of a folder on the command line: `python3 -m feeds.cli fetch|titles FOLDER NAME...`"""

import argparse
from pathlib import Path

from feeds import Cache, RetryingClient
from feeds.reader import Reader


def run(arguments=None):
    """Return what the command prints."""
    parser = argparse.ArgumentParser(prog="feeds")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("fetch", "titles"):
        command = commands.add_parser(name)
        command.add_argument("folder", type=Path)
        command.add_argument("names", nargs="+")
    options = parser.parse_args(arguments)
    client = RetryingClient(lambda name: (options.folder / name).read_text())
    if options.command == "fetch":
        return "".join(map(client.fetch, options.names))
    reader = Reader(client, Cache())
    return "".join(f"{name}: {reader.title(name)}\n" for name in options.names)


if __name__ == "__main__":
    print(run(), end="")
