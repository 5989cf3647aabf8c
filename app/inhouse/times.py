"""Times as a person says them."""

from typing import Final

MINUTE: Final = 60
HOUR: Final = 3_600
DAY: Final = 86_400


def describe_age(seconds: float) -> str:
    """A time ago."""
    if seconds < 2 * MINUTE:
        return "just now"
    if seconds < 2 * HOUR:
        return f"{seconds // MINUTE:.0f} minutes ago"
    if seconds < 2 * DAY:
        return f"{seconds // HOUR:.0f} hours ago"
    return f"{seconds // DAY:.0f} days ago"


def describe_duration(seconds: float) -> str:
    """How long something took: `3.2 s`, `47 s`, `1 min 04 s` or `2 h 05 min`."""
    if seconds < 9.95:
        return f"{max(seconds, 0):.1f} s"
    whole = round(seconds)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE:02d} s"
    return f"{whole // HOUR} h {whole % HOUR // MINUTE:02d} min"
