"""Comments of languages that no grammar of ours knows, found by the characters they begin with."""

import re
from functools import cache
from pathlib import PurePosixPath
from typing import Final

USUAL: Final = ("#", "//", "--")
OTHERS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys((".el", ".lisp", ".cl", ".clj", ".cljs", ".scm", ".rkt"), (";",)),
    **dict.fromkeys((".asm", ".s", ".ini", ".ahk"), (";", "#")),
    **dict.fromkeys((".tex", ".sty", ".bib", ".erl", ".hrl", ".m", ".pl"), ("%", "#")),
    **dict.fromkeys((".vim", ".vimrc"), ('"',)),
    **dict.fromkeys((".vb", ".bas", ".vbs"), ("'",)),
    **dict.fromkeys((".md", ".markdown", ".txt", ".rst"), ()),
    **dict.fromkeys((".f90", ".f95", ".f03"), ("!",)),
}
BLOCKS: Final = (r"(?s:/\*.*?\*/)", r"(?s:<!--.*?-->)")


def plain_comments(path: str, text: str) -> list[tuple[int, int]]:
    """Spans of characters of what may be comments: from such characters, at the beginning of a line
    or behind a space, to the line's end; and of block comments."""
    name = PurePosixPath(path).name
    suffix = PurePosixPath(name).suffix.lower() or name.lower()
    return [match.span() for match in _pattern(OTHERS.get(suffix, USUAL)).finditer(text)]


@cache
def _pattern(begins: tuple[str, ...]) -> re.Pattern[str]:
    lines = [rf"{re.escape(begin)}[^\n]*" for begin in begins]
    return re.compile(rf"(?<!\S)(?:{'|'.join((*BLOCKS, *lines))})")
