"""The command line: see README.md."""

import argparse
from pathlib import Path

from todo.item import Item
from todo.store import load, save
from todo.view import listing


def main(arguments=None):
    """Run one command."""
    parser = argparse.ArgumentParser(prog="todo")
    parser.add_argument("--file", type=Path, default=Path("todo.json"))
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="add an item")
    add.add_argument("text")
    done = commands.add_parser("done", help="mark an item as done")
    done.add_argument("number", type=int)
    commands.add_parser("list", help="show all items")
    options = parser.parse_args(arguments)
    items = load(options.file)
    if options.command == "add":
        items.append(Item(options.text))
    elif options.command == "done":
        if not 1 <= options.number <= len(items):
            parser.error(f"there is no item {options.number}")
        items[options.number - 1].done = True
    else:
        for shown in listing(items):
            print(shown)
        return
    save(options.file, items)


if __name__ == "__main__":
    main()
