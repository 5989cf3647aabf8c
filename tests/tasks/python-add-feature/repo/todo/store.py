"""Keeps items in a JSON file."""

import json

from todo.item import Item


def load(path):
    """Return the items of a file, none when it does not exist."""
    if not path.exists():
        return []
    return [Item.from_json(value) for value in json.loads(path.read_text())]


def save(path, items):
    """Write all items to a file."""
    path.write_text(json.dumps([item.to_json() for item in items], indent=2) + "\n")
