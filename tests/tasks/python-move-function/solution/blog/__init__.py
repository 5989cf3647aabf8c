"""A small blog of text files."""

from blog.slugs import slugify
from blog.text import excerpt

__all__ = ["excerpt", "slugify"]
