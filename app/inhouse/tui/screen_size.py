"""Hearing that the screen has another size, also when the widget itself keeps its own."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from textual.widget import Widget

if TYPE_CHECKING:
    from textual.geometry import Size


def follow_screen_size(widget: Widget, changed: Callable[[], None]) -> None:
    """Calls `changed` after each change of the screen's size, as long as the widget is mounted."""
    # The type of its signal does not say what it is a signal of.
    screen = cast("Any", widget.screen)
    known: Size = screen.size

    def look(_screen: object) -> None:
        nonlocal known
        if screen.size != known:
            known = screen.size
            changed()

    screen.screen_layout_refresh_signal.subscribe(widget, look)
