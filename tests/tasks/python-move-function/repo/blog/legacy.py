"""Addresses of the old site, which other sites still link to."""


def slugify(title):
    """Return the address that a title had on the old site."""
    return title.strip().replace(" ", "_")
