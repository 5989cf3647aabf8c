"""The feed: one line per page."""

from blog.text import excerpt, slugify as make_slug


def feed(pages):
    """Return the lines of all pages, and an anchor for each."""
    return [f"#{make_slug(page.title)} {excerpt(page.body, 3)}" for page in pages]
