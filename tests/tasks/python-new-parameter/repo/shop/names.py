"""How things are called on a shelf."""


def short_name(name):
    """Return a name that fits on a label."""
    return name if len(name) <= 12 else name[:11] + "."
