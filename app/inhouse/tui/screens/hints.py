"""The line that says which keys do what now."""

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from inhouse.tui.text import join, line

GAP = 3


class Hints(Widget):
    """Pairs of a key and what it does; a pair is never broken over two lines."""

    DEFAULT_CSS = """
    Hints { height: auto; width: 1fr; }
    """
    pairs: reactive[tuple[tuple[str, str], ...]] = reactive((), layout=True)

    def show(self, *pairs: tuple[str, str]) -> None:
        """Show these, in their order; the texts are our own."""
        self.pairs = pairs

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the pairs take."""
        del container, viewport
        return max(1, len(lay_out(self.pairs, width)))

    def render(self) -> Content:
        """Keys in the colour of the focus."""
        return Content("\n").join(lay_out(self.pairs, self.size.width))


def lay_out(pairs: tuple[tuple[str, str], ...], width: int) -> list[Content]:
    """The pairs in lines of at most this many cells, as long as each pair fits in one."""
    rows: list[Content] = []
    for key, what in pairs:
        pair = join(line(key, "$primary"), " ", line(what, "$text-muted"))
        if rows and rows[-1].cell_length + GAP + pair.cell_length <= width:
            rows[-1] = Content(" " * GAP).join([rows[-1], pair])
        else:
            rows.append(pair)
    return rows
