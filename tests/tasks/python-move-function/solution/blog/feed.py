"""The feed: one line per page."""

from blog.slugs import slugify as make_slug
from blog.text import excerpt


def feed(pages):
    """Return the lines of all pages, and an anchor for each."""
    return [f"#{make_slug(page.title)} {excerpt(page.body, 3)}" for page in pages]
