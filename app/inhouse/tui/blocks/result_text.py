"""Lines of a result, as many as fit, with an account of the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textual.content import Content
from textual.widgets import Static

from inhouse.tui.text import line

MOST_UNFOLDED: Final = 400
"""More lines than these are for the screen of full output."""
MORE_BY_KEY: Final = "ctrl+o shows all"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some lines of a whole; `above` and `below` count those that are not among them."""

    lines: Sequence[Content] = ()
    above: int = 0
    below: int = 0
    hint: str = ""

    def content(self) -> Content:
        """The lines, with what is missing said where it is missing."""
        rows = list(self.lines)
        if self.above:
            rows.insert(0, self._account(self.above))
        if self.below:
            rows.append(self._account(self.below))
        return Content("\n").join(rows)

    def _account(self, count: int) -> Content:
        hint = f" ({self.hint})" if self.hint else ""
        return line(f"… {count:,} more line{'s' if count != 1 else ''}{hint}", "$text-muted")


def first_lines(text: str, count: int, style: str = "", hint: str = "") -> Excerpt:
    """The beginning of an untrusted text."""
    whole = text.rstrip("\n").split("\n") if text.strip() else []
    if len(whole) <= count + 1:
        count = len(whole)
    shown = [line_of(one, style) for one in whole[:count]]
    return Excerpt(shown, below=len(whole) - len(shown), hint=hint)


def line_of(text: str, style: str = "") -> Content:
    """One untrusted line; tabs are spaces."""
    return line(text.expandtabs(4), style)


class ResultText(Static):
    """What a call answered, behind a rule. It is hidden while it has no lines."""

    DEFAULT_CSS = """
    ResultText {
        width: 1fr;
        margin: 0 0 0 2;
        padding: 0 0 0 1;
        border-left: solid $foreground 25%;
        &.-cut { text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)
        self.display = False

    def show(self, excerpt: Excerpt, *, cut: bool) -> None:
        """Show these lines; `cut` gives a row to each, instead of wrapping long ones."""
        self.set_class(cut, "-cut")
        self.display = bool(excerpt.lines or excerpt.above or excerpt.below)
        self.update(excerpt.content())
