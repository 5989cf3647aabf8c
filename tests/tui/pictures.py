"""A picture of an app's screen that is the same on every machine and fetches nothing."""

import re
from typing import Any, Final

from textual.app import App

FONT_FACE: Final = re.compile(r"\s*@font-face \{.*?\}\n", re.DOTALL)
FONTS: Final = "ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace"


def picture_of(app: App[Any]) -> str:
    """The screen as SVG, without fonts from the network."""
    picture = FONT_FACE.sub("", app.export_screenshot(title=" "))
    return picture.replace("Fira Code, monospace", FONTS) + "\n"
