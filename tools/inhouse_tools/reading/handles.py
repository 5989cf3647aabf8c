"""Full outputs that were cut, kept for paging under short names."""

import re
from collections import OrderedDict

MAX_CHARACTERS = 16_000_000
_HANDLE = re.compile(r"out-[1-9][0-9]*")


class Handles:
    """Outputs of this session by names such as `out-3`; the oldest are dropped when full.

    `first` is the number to begin with, so that a resumed session does not use one twice.
    """

    def __init__(self, limit: int = MAX_CHARACTERS, first: int = 1) -> None:
        self._limit = limit
        self._next = first
        self._size = 0
        self._kept: OrderedDict[str, str] = OrderedDict()

    def keep(self, text: str) -> str:
        """The name under which the text can be read from now on."""
        name = f"out-{self._next}"
        self._next += 1
        self._kept[name] = text
        self._size += len(text)
        while self._size > self._limit and len(self._kept) > 1:
            _oldest, dropped = self._kept.popitem(last=False)
            self._size -= len(dropped)
        return name

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all that is kept, the oldest first."""
        return tuple(self._kept)

    def get(self, name: str) -> str | None:
        """The whole text, or None when there is none of this name any more."""
        return self._kept.get(name)


def is_handle(text: str) -> bool:
    """Whether text has the form of a handle's name."""
    return _HANDLE.fullmatch(text) is not None
