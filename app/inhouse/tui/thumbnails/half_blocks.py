"""A picture out of half blocks: two pixels in each cell, in the colours of the terminal."""

from textual.content import Content

from inhouse.tui.thumbnails.pixels import Pixels

UPPER = "▀"


def half_blocks(pixels: Pixels) -> Content:
    """A line for each two rows of pixels."""
    lines: list[Content] = []
    for row in range(0, pixels.height, 2):
        cells = (
            (UPPER, f"{pixels.at(column, row)} on {pixels.at(column, row + 1)}")
            for column in range(pixels.width)
        )
        lines.append(Content.assemble(*cells))
    return Content("\n").join(lines)
