"""Which tokens of an answer are worth a second choice: code, not what stands around it."""

import re
from collections.abc import Sequence

from inhouse_models.formats.call_format import OPEN

FENCE = re.compile(r"^`{3,}", re.MULTILINE)
COMMENT = re.compile(r"\s*(#|//|/\*|\*|--|<!--)")
TEXT_MARKS = ('"""', "'''")


def code_places(pieces: Sequence[str]) -> set[int]:
    """The places of the tokens that stand in the code of fenced calls, outside of comments.

    `pieces` are the texts of the tokens of one answer, its marks included.
    """
    places: set[int] = set()
    written = ""
    for place, piece in enumerate(pieces):
        call = written[written.rfind(OPEN) :] if OPEN in written else ""
        fences = list(FENCE.finditer(call))
        if len(fences) % 2 and not _is_prose(call[fences[-1].end() :]):
            places.add(place)
        written += piece
    return places


def _is_prose(code: str) -> bool:
    """Whether what comes next stands in the fence's own line, a comment or a docstring."""
    if "\n" not in code or any(code.count(mark) % 2 for mark in TEXT_MARKS):
        return True
    return bool(COMMENT.match(code.rpartition("\n")[2]))
