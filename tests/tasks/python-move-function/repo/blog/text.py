"""Helpers for text."""

import re
import unicodedata

WORD = re.compile(r"\w+")
SLUG_LENGTH = 40


def words(text):
    """Return the words of a text in lower case."""
    return WORD.findall(text.lower())


def without_accents(text):
    """Return the text with plain letters only."""
    parts = unicodedata.normalize("NFKD", text)
    return parts.encode("ascii", "ignore").decode()


def slugify(title):
    """Return the part of an address that stands for a title."""
    slug = "-".join(words(without_accents(title)))
    return slug[:SLUG_LENGTH].rstrip("-")


def excerpt(text, count=5):
    """Return the first words of a text."""
    found = words(text)
    return " ".join(found[:count]) + (" ..." if len(found) > count else "")
