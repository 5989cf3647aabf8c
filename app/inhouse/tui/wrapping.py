"""Untrusted lines for widgets that draw row by row: made safe, and cut where a row ends."""

from rich.cells import cell_len, chop_cells, set_cell_size

from inhouse.sanitise import SafeText, sanitise_line
from inhouse.tui.text import TAB_SPACES

ELLIPSIS = "…"


def safe_line(text: str) -> SafeText:
    """One line as it may be shown: tabs as spaces, every control as a visible escape."""
    text = text.expandtabs(TAB_SPACES)
    return SafeText(text) if text.isprintable() else sanitise_line(text)


def row_spans(text: str, width: int) -> list[tuple[int, int]]:
    """Where the rows of a safe line begin and end, each at most `width` cells; at least one row."""
    width = max(1, width)
    if len(text) <= width and text.isascii():
        return [(0, len(text))]
    if text.isascii():
        return [(start, min(start + width, len(text))) for start in range(0, len(text), width)]
    spans: list[tuple[int, int]] = []
    start = 0
    for piece in chop_cells(text, max(2, width)):
        spans.append((start, start + len(piece)))
        start += len(piece)
    return spans or [(0, len(text))]


def word_spans(text: str, width: int) -> list[tuple[int, int]]:
    """The same, but a row ends behind a space where one stands near enough to its end."""
    if len(text) <= width and text.isascii():
        return [(0, len(text))]
    spans: list[tuple[int, int]] = []
    start = 0
    while start < len(text) or not spans:
        end = start + row_spans(text[start : start + max(1, width)], width)[0][1]
        space = text.rfind(" ", start + max(1, width) * 2 // 3, end)
        if end < len(text) and space > start and text[start:space].strip():
            end = space + 1
        spans.append((start, end))
        start = end
    return spans


def fitted(text: str, cells: int) -> str:
    """A safe line in at most so many cells; what is too long ends with an ellipsis."""
    if cell_len(text) <= cells:
        return text
    if cells < 1:
        return ""
    return set_cell_size(text, cells - 1).rstrip() + ELLIPSIS


def fitted_path(path: str, cells: int) -> str:
    """A safe path in at most so many cells; of a long one the end stays, as it tells most."""
    if cell_len(path) <= cells:
        return path
    if cells < 1:
        return ""
    end = path[-(cells - 1) :] if cells > 1 else ""
    while cell_len(end) > cells - 1:
        end = end[1:]
    return ELLIPSIS + end
