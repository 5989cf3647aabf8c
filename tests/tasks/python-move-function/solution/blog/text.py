"""Helpers for text."""

import re

WORD = re.compile(r"\w+")


def words(text):
    """Return the words of a text in lower case."""
    return WORD.findall(text.lower())


def excerpt(text, count=5):
    """Return the first words of a text."""
    found = words(text)
    return " ".join(found[:count]) + (" ..." if len(found) > count else "")
