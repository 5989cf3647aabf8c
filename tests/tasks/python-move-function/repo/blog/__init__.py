"""A small blog of text files."""

from blog.text import excerpt, slugify

__all__ = ["excerpt", "slugify"]
