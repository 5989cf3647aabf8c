"""Read the settings of the service."""

import tomllib
from pathlib import Path


def load(file="app.toml"):
    """Return the settings as a dictionary."""
    return tomllib.loads(Path(file).read_text())
