"""Key sequences of terminals that textual does not tell apart by itself."""

from textual import _ansi_sequences
from textual.keys import Keys


def learn() -> None:
    """Alt+Enter, as terminals without the newer key protocol send it, makes a new line."""
    known = _ansi_sequences.ANSI_SEQUENCES_KEYS
    if isinstance(known, dict):
        known["\x1b\r"] = (Keys.ControlJ,)
