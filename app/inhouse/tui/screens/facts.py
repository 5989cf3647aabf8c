"""Facts as rows: a name, and what there is to say, which may take several lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from inhouse.tui.text import line, lines


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of one thing; `style` is that of the value."""

    name: str
    value: str
    style: str = "$foreground"


@dataclass(frozen=True, slots=True)
class FactGroup:
    """Facts that belong together, under a heading."""

    heading: str
    facts: tuple[Fact, ...]


class FactRow(Horizontal):
    """One fact: names stand below each other, values beside them."""

    DEFAULT_CSS = """
    FactRow {
        height: auto;
        & > .name { width: 20; padding: 0 1 0 0; color: $text-muted; }
        & > .value { width: 1fr; }
    }
    .-narrow FactRow > .name { width: 13; }
    """

    def __init__(self, name: Content, value: Content) -> None:
        super().__init__()
        self._name, self._value = name, value

    def compose(self) -> ComposeResult:
        """Two columns."""
        yield Static(self._name, classes="name")
        yield Static(self._value, classes="value")


def fact_rows(groups: Sequence[FactGroup]) -> list[Static | FactRow]:
    """The widgets of these groups, in their order."""
    widgets: list[Static | FactRow] = []
    for group in groups:
        if group.heading:
            widgets.append(Static(line(group.heading), classes="heading"))
        widgets += [FactRow(line(fact.name), lines(fact.value, fact.style)) for fact in group.facts]
    return widgets


def as_text(groups: Sequence[FactGroup]) -> str:
    """The same for a clipboard."""
    parts: list[str] = []
    for group in groups:
        width = max((len(fact.name) for fact in group.facts), default=0) + 2
        rows = [f"{fact.name:<{width}}{fact.value}" for fact in group.facts]
        parts.append("\n".join([group.heading, *rows] if group.heading else rows))
    return "\n\n".join(parts)
