"""Where the comments of a file stand, as its grammar sees them."""

from inhouse_tools.syntax.languages import Language, query_of
from inhouse_tools.syntax.reading import read
from inhouse_tools.syntax.tree import Span

CAPTURE = "comment"


def comments(path: str, source: bytes) -> tuple[Span, ...] | None:
    """Byte spans of the comments of UTF-8 source, in order, without the line break behind them.

    None where no grammar of ours knows comments: of other languages, and of too large files.
    """
    reading = read(path, source)
    if reading is None or not _knows_comments(reading.language):
        return None
    return tuple(sorted(reading.comments))


def _knows_comments(language: Language) -> bool:
    query = query_of(language)
    return any(query.capture_name(number) == CAPTURE for number in range(query.capture_count))
