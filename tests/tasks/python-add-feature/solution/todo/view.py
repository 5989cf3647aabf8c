"""Items as lines of text."""

from todo.item import PRIORITIES


def line(number, item):
    """Return one item with its number and a box."""
    box = "[x]" if item.done else "[ ]"
    mark = "! " if item.priority == "high" else ""
    return f"{number} {box} {mark}{item.text}"


def listing(items):
    """Return a line for each item, numbered from 1, the most important ones first."""
    numbered = sorted(enumerate(items, 1), key=lambda pair: PRIORITIES.index(pair[1].priority))
    return [line(number, item) for number, item in numbered]
