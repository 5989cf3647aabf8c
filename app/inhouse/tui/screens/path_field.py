"""A field for a path, which Tab completes."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.suggester import Suggester

from inhouse.sanitise import sanitise_line
from inhouse.tui.screens.field import Field

Accepts = Callable[[Path], bool]
MOST_NAMES = 2000


class PathField(Field):
    """`accepts` says which files are offered beside folders; none by default."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete", show=False),
    ]

    def __init__(self, placeholder: str = "", accepts: Accepts = lambda _path: False) -> None:
        super().__init__(placeholder, suggester=PathSuggester(accepts))
        self._accepts = accepts

    @property
    def path(self) -> Path:
        """The path that is written; `~` is the person's home."""
        return Path(self.value.strip()).expanduser().absolute()

    async def action_complete(self) -> None:
        """Write on as far as there is no choice; a second time takes the first of them."""
        found = await asyncio.to_thread(complete, self.value, self._accepts)
        if not found:
            return
        common = found[0]
        while not all(path.startswith(common) for path in found):
            common = common[:-1]
        self.value = common if len(common) > len(self.value) else found[0]
        self.cursor_position = len(self.value)


class PathSuggester(Suggester):
    """Offers the first path that goes on as it is written."""

    def __init__(self, accepts: Accepts) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._accepts = accepts

    async def get_suggestion(self, value: str) -> str | None:
        """The whole path, or None when there is none."""
        found = await asyncio.to_thread(complete, value, self._accepts)
        return found[0] if found else None


def complete(text: str, accepts: Accepts) -> list[str]:
    """Paths that begin with the text, written as it is; folders end with a slash.

    Hidden names have to be begun, and names that would need escapes on a terminal are left out.
    """
    folder, slash, begun = text.rpartition("/")
    if not slash:
        folder, begun = "", text
    place = Path(f"{folder}{slash}" or ".").expanduser()
    found: list[str] = []
    try:
        with os.scandir(place) as entries:
            for _number, entry in zip(range(MOST_NAMES), entries, strict=False):
                name = entry.name
                if not name.startswith(begun) or sanitise_line(name) != name:
                    continue
                if name.startswith(".") and not begun.startswith("."):
                    continue
                if entry.is_dir():
                    found.append(f"{folder}{slash}{name}/")
                elif accepts(Path(entry.path)):
                    found.append(f"{folder}{slash}{name}")
    except (OSError, ValueError):
        return []
    return sorted(found)
