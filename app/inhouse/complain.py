"""One line on standard error about what went wrong and what to do."""

import sys

from inhouse.sanitise import sanitise


def complain(text: str) -> None:
    """Say it; untrusted parts become visible escapes."""
    sys.stderr.write(f"inhouse: {sanitise(text)}\n")
    sys.stderr.flush()
