"""Texts that try to play with a terminal, as files, models and commands could hold them."""

from itertools import count
from typing import Final

MARK: Final = "31337"
# Every one bears the mark where a terminal would act on it, or shows in the rest of the bytes.
ATTACKS: Final = (
    f"\x1b]52;c;{MARK}\x07",
    f"\x1b]0;{MARK}\x1b\\",
    f"\x1b]8;;file:{MARK}\x1b\\link\x1b]8;;\x1b\\",
    f"\x1bP1$r{MARK}\x1b\\",
    f"\x1b_{MARK}\x1b\\",
    f"\x1b^{MARK}\x1b\\",
    f"\x1b[{MARK}m",
    f"\x1b[{MARK};1H",
    "\x1b[6n",
    "\x1b[2J",
    "\x1bc",
    f"\x9b{MARK}m",
    f"\x9d52;c;{MARK}\x9c",
    f"\x90{MARK}\x9c",
    "\x07\b\x7f\r\x0e\x00",
    "\u202edesrever\u202c\u2066in\u2069",
    "zero\u200b\u200d\u2060\ufeff\u00adwidth",
    "lines\u2028para\u2029",
    "tags\U000e0041\U000e0042",
    "[@click=app.quit]press[/]",
    "[/nope][bold",
    "[link=file:x]here[/link]",
)
HARMLESS: Final = tuple(f"word{number} and more" for number in range(len(ATTACKS)))


class Texts:
    """Gives text after text, each of which begins with another attack, so that what is cut off
    from one is seen of another."""

    def __init__(self, *, hostile: bool) -> None:
        self._parts = ATTACKS if hostile else HARMLESS
        self._next = count()

    def __call__(self, name: str = "", sort: str = "line") -> str:
        """The name and all attacks; `sort` "path" has no slash, "file" no NUL in addition and fits
        into a file name, "text" has several lines."""
        start = next(self._next) % len(self._parts)
        parts = self._parts[start:] + self._parts[:start]
        if sort == "text":
            return f"{name}\n" + "\n".join(f"a {part} b" for part in parts)
        if sort == "line":
            return f"{name} {' '.join(parts)}"
        text = name
        for part in parts:
            if "/" not in part and "\0" not in part and len((text + part).encode()) < 200:
                text += part
        return text
