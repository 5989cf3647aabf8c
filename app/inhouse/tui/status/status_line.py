"""The bottom line: mode and branch, sandbox, model and how full its context is."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from textual.content import Content
from textual.widget import Widget

from inhouse.live.spelling import spell_size
from inhouse.tui.status.fitting import Part, bar, fitting, in_line
from inhouse.tui.status.status import Held, Status
from inhouse.tui.text import join, line

HINT: Final = "shift+tab"
GAUGE_CELLS: Final = 8
MUTED: Final = "$text-muted"
MODE_STYLES: Final = {"plan": "$primary bold", "yolo": "$warning bold"}
SANDBOXES: Final[Mapping[Held, tuple[str, str]]] = {
    "full": ("sandboxed", MUTED),
    "partial": ("partial sandbox", "$warning bold"),
    "none": ("no sandbox", "$error bold"),
    "off": ("sandbox off", "$error bold"),
}
# The longest names that are shown whole.
MOST_NAME, MOST_BRANCH = 34, 24
LEAST_SPACE: Final = 2


class StatusLine(Widget):
    """One line that never grows; what matters least is left out where it does not fit."""

    DEFAULT_CSS = """
    StatusLine {
        height: 1;
        padding: 0 2;
        color: $text-muted;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._status = Status()

    def show(self, status: Status) -> None:
        """Tell this from now on."""
        if status != self._status:
            self._status = status
            self.refresh()

    def render(self) -> Content:
        """The line for the width that there is now."""
        return describe_status(self._status, self.content_size.width)


def describe_status(status: Status, width: int) -> Content:
    """What holds now in exactly one line: the person's side left, the model's right."""
    left, right = _left(status), _right(status)
    kept = fitting([*left, *right], width - LEAST_SPACE)
    ours = in_line([part for part in kept if part in left])
    theirs = in_line([part for part in kept if part in right])
    space = width - ours.cell_length - theirs.cell_length
    if not theirs.cell_length or space < 1:
        return in_line(kept).truncate(max(width, 1), ellipsis=True)
    return join(ours, " " * space, theirs)


def _left(status: Status) -> list[Part]:
    parts: list[Part] = []
    if status.mode:
        style = MODE_STYLES.get(status.mode, "$foreground")
        parts += [Part(line(status.mode, style), 0), Part(line(HINT, MUTED), 9)]
    if status.branch:
        parts.append(Part(line(_short(status.branch, MOST_BRANCH), MUTED), 6))
    return parts


def _right(status: Status) -> list[Part]:
    parts: list[Part] = []
    if status.sandbox:
        words, style = SANDBOXES[status.sandbox]
        parts.append(Part(line(words, style), 5 if style == MUTED else 2))
    if status.model:
        parts.append(_where(status))
        parts.append(Part(line(_short(status.model, MOST_NAME), "$foreground"), 3))
    if status.quantisation:
        parts.append(Part(line(status.quantisation, MUTED), 8))
    if status.model_bytes:
        parts.append(Part(_memory(status), 10))
    if status.context:
        parts += _gauge(status)
    return parts


def _where(status: Status) -> Part:
    """Whether anything leaves the machine, and where to."""
    if not status.endpoint:
        return Part(line("offline", MUTED), 7)
    host = urlsplit(status.endpoint).netloc.rpartition("@")[2] or status.endpoint
    return Part(line(f"at {_short(host, MOST_BRANCH)}", "$warning"), 4)


def _memory(status: Status) -> Content:
    words = spell_size(status.model_bytes)
    if status.cache_bytes:
        words += f" + {spell_size(status.cache_bytes)}"
    return line(words, MUTED)


def _gauge(status: Status) -> list[Part]:
    share = status.tokens / status.context
    style, words = "$primary", "$foreground"
    if share >= status.compact_at > 0 or share >= 0.95:
        style = words = "$error"
    elif share >= 0.8 * (status.compact_at or 1):
        style = words = "$warning"
    about = "" if status.exact else "≈ "
    figures = line(f"{about}{status.tokens:,} / {status.context:,}", words)
    return [Part(figures, 1), Part(bar(share, GAUGE_CELLS, style), 8)]


def _short(name: str, most: int) -> str:
    """The name, or its beginning and its end."""
    if len(name) <= most:
        return name
    tail = most // 3
    return f"{name[: most - tail - 1]}…{name[-tail:]}"
