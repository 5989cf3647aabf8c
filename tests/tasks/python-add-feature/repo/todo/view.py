"""Items as lines of text."""


def line(number, item):
    """Return one item with its number and a box."""
    box = "[x]" if item.done else "[ ]"
    return f"{number} {box} {item.text}"


def listing(items):
    """Return a line for each item, numbered from 1."""
    return [line(number, item) for number, item in enumerate(items, 1)]
