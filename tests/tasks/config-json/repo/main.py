"""Load the settings and say what would be started."""

import json
from pathlib import Path

SETTINGS = Path(__file__).parent / "config" / "settings.json"


def load():
    """Return the settings as a dictionary."""
    return json.loads(SETTINGS.read_text())


if __name__ == "__main__":
    settings = load()
    print(settings["name"], "on port", settings["server"]["port"])
