"""What one line says."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One payment: the day, the cents and what it was for."""

    day: str
    cents: int
    text: str
