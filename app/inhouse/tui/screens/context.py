"""/context: what fills the context, how much room is left, when it will be summarised."""

from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from inhouse.tui.screens.page import Page
from inhouse.tui.text import join, line, lines

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from inhouse.live.filling import Filling

COUNTING: Final = "Counting…"
# Told apart by form, too: colours may be missing.
LOOKS: Final = (
    ("█", "$primary"),
    ("▓", "$primary"),
    ("▒", "$accent"),
    ("▓", "$accent"),
    ("█", "$foreground"),
)
FREE: Final = ("·", "$text-muted")
LIMIT: Final = "│"
EXACT: Final = "Counted with the model's own tokens."
ABOUT: Final = "This server does not count for us: these are estimates."
NEVER: Final = "It is never summarised by itself: the setting compact_at is 0. /compact does it."


class ContextScreen(Page):
    """Counts when it is opened; `measure` gives the filling, or why there is none."""

    heading = "Context"
    DEFAULT_CSS = """
    ContextScreen #figures { height: auto; }
    """

    def __init__(self, measure: "Callable[[], Awaitable[Filling | str]]") -> None:
        super().__init__()
        self._measure = measure
        self._filling: Filling | None = None

    def compose_body(self) -> ComposeResult:
        """One text that follows the width."""
        yield Static(line(COUNTING, "$text-muted"), id="figures")

    def on_mount(self) -> None:
        """Count."""
        self.run_worker(self._count())

    def on_resize(self, event: Resize) -> None:
        """Draw for the new width."""
        del event
        self._draw()

    async def _count(self) -> None:
        result = await self._measure()
        if isinstance(result, str):
            self.query_one("#figures", Static).update(lines(result))
            return
        self._filling = result
        self._draw()
        self.show_keys()

    def _draw(self) -> None:
        if self._filling is not None:
            figures = self.query_one("#figures", Static)
            figures.update(describe_filling(self._filling, figures.size.width))

    def copied_text(self) -> str:
        """The table."""
        return describe_filling(self._filling, 72).plain if self._filling else ""


def describe_filling(filling: "Filling", width: int) -> Content:
    """The bar, the table and what follows from them."""
    blank = Content("")
    rows = [
        _sum(filling),
        blank,
        _stacked(filling, max(width, 1)),
        blank,
        *_table(filling),
        blank,
        line(_outlook(filling)),
        line(EXACT if filling.exact else ABOUT, "$text-muted"),
    ]
    return Content("\n").join(rows)


def _sum(filling: "Filling") -> Content:
    figures = f"{_about(filling)}{filling.tokens:,} of {filling.context:,} tokens"
    share = filling.tokens / filling.context if filling.context else 0
    return join(line(figures, "bold"), line(f"  {_percent(share)}", "$text-muted"))


def _stacked(filling: "Filling", width: int) -> Content:
    """Each kind as long as its part; a mark where the conversation is summarised."""
    context = max(filling.context, filling.tokens, 1)
    cells: list[tuple[str, str]] = []
    passed = 0
    for share, look in zip(filling.shares, LOOKS, strict=False):
        passed += share.tokens
        cells += [look] * (_place(passed, context, width) - len(cells))
    cells += [FREE] * (width - len(cells))
    if filling.limit:
        place = min(_place(filling.limit, context, width), width - 1)
        cells[place] = (LIMIT, "$warning")
    return join(*(line(glyph, style) for glyph, style in cells))


def _table(filling: "Filling") -> list[Content]:
    free = filling.context - filling.tokens
    names = [share.name for share in filling.shares] + ["free"]
    tokens = [share.tokens for share in filling.shares] + [max(0, free)]
    figures = [f"{_about(filling)}{count:,}" for count in tokens]
    wide, high = max(map(len, names)), max(map(len, figures))
    looks = [*LOOKS[: len(filling.shares)], FREE]
    return [
        join(
            line(glyph, style),
            line(f" {name:<{wide}}  {figure:>{high}}"),
            line(f"  {_percent(count / max(filling.context, 1)):>6}", "$text-muted"),
        )
        for (glyph, style), name, figure, count in zip(looks, names, figures, tokens, strict=True)
    ]


def _outlook(filling: "Filling") -> str:
    if not filling.limit:
        return NEVER
    if filling.room <= 0:
        return "The conversation is summarised before the next answer."
    about = _about(filling)
    return (
        f"Room for {about}{filling.room:,} tokens more: at {filling.limit:,} {LIMIT} "
        "the conversation is summarised. /compact does it now."
    )


def _about(filling: "Filling") -> str:
    return "" if filling.exact else "≈ "


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _place(tokens: int, context: int, width: int) -> int:
    return round(tokens / context * width)
