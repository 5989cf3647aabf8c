"""The parts of addresses that stand for titles."""

import unicodedata

from blog.text import words

SLUG_LENGTH = 40


def without_accents(text):
    """Return the text with plain letters only."""
    parts = unicodedata.normalize("NFKD", text)
    return parts.encode("ascii", "ignore").decode()


def slugify(title):
    """Return the part of an address that stands for a title."""
    slug = "-".join(words(without_accents(title)))
    return slug[:SLUG_LENGTH].rstrip("-")
