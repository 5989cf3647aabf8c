"""The page of text that the model reads of each tool."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "docs"
SMALL = "## small"


@dataclass(frozen=True, slots=True)
class Page:
    """A tool's text for a large model, and the shorter one for a small model."""

    description: str
    brief: str


@cache
def page(name: str) -> Page:
    """The page docs/NAME.md; without a part "## small" both texts are the same."""
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    description, _heading, brief = text.partition(SMALL)
    return Page(description.strip(), (brief or description).strip())
