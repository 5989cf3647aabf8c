"""Small charts of block characters."""

from collections.abc import Mapping, Sequence
from typing import Final

from textual.content import Content

from inhouse.tui.text import join, line

# The highest one leaves a gap to the line above.
COLUMNS: Final = " ▁▂▃▄▅▆▇"
WHOLE, HALF = "━", "╸"


def columns(values: Sequence[float], width: int, top: float = 0.0, style: str = "") -> Content:
    """One column a value, the last ones where there are more than `width`; `top` is full height.

    Anything above nothing is at least the lowest column, so that it can be seen.
    """
    shown = values[max(0, len(values) - max(width, 0)) :]
    top = top or max(shown, default=0)
    return line("".join(_column(value, top) for value in shown), style or "$primary")


def _column(value: float, top: float) -> str:
    if value <= 0 or top <= 0:
        return "▁" if top > 0 else COLUMNS[0]
    steps = len(COLUMNS) - 1
    return COLUMNS[max(1, min(steps, round(value / top * steps)))]


def bars(
    values: Mapping[str, float], labels: Mapping[str, str], width: int, style: str = ""
) -> Content:
    """One line a value: its name, a bar as long as its part of the largest, its label."""
    names = max((len(name) for name in values), default=0)
    ends = max((len(label) for label in labels.values()), default=0)
    room = max(4, width - names - ends - 4)
    top = max(values.values(), default=0.0)
    rows = [
        join(
            line(f"{name:<{names}}  ", "$text-muted"),
            line(_bar(value / top if top else 0, room), style or "$primary"),
            line(f"  {labels[name]:>{ends}}"),
        )
        for name, value in values.items()
    ]
    return Content("\n").join(rows)


def _bar(share: float, cells: int) -> str:
    whole, half = divmod(round(max(0.0, min(share, 1.0)) * cells * 2), 2)
    return (WHOLE * whole + HALF * half).ljust(cells)
