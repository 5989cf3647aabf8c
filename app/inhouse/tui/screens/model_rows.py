"""Models as the rows of a list, and what is said below of the chosen one."""

from dataclasses import dataclass, field

from textual.content import Content

from inhouse.live.downloads import Download
from inhouse.live.fitting import Fit
from inhouse.live.models import ModelChoice
from inhouse.live.spelling import spell_size
from inhouse.speeds import Speed
from inhouse.tui.screens.amounts import percent
from inhouse.tui.text import join, line

MIDDLE = "…"
GAP = 2
# The column in the place of "fit" where only its sign has room.
MARK = "mark"
# Columns and their cells, the ones that matter most first: the last are given up first.
WIDTHS = {"here": 6, "fit": 11, "size": 8, "seen": 10, "kind": 11, "context": 9}
HEADS = {
    "name": "Model",
    "size": "Size",
    "kind": "Weights",
    "context": "Context",
    "fit": "Fit",
    "seen": "Speed seen",
    "here": "State",
    MARK: "",
}
SHOWN = ("name", "size", "kind", "context", "fit", MARK, "seen", "here")
RIGHT = frozenset({"size", "context", "seen"})
LEAST_NAME = 18
VERDICTS = {
    "fits": ("✓ fits", "$success"),
    "slow": ("◐ is slow", "$warning"),
    "too large": ("✗ too large", "$error"),
    "unknown": ("○ unknown", "$text-muted"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of a row beside the choice itself; `fit` None while it is worked out."""

    fit: Fit | None = None
    speed: Speed = field(default_factory=Speed)
    in_use: bool = False
    download: Download | None = None


def columns_for(width: int) -> tuple[str, ...]:
    """The columns that rows of this many cells have room for."""
    left = width - LEAST_NAME
    kept = {"name"}
    for name, cells in WIDTHS.items():
        if left < cells + GAP:
            if name == "fit" and left > GAP:
                kept.add(MARK)
            break
        left -= cells + GAP
        kept.add(name)
    return tuple(name for name in SHOWN if name in kept)


def heading(width: int) -> Content:
    """The names of the columns."""
    cells = {name: Content.styled(HEADS[name], "$text-muted") for name in HEADS}
    return _lay_out(cells, width)


def row(choice: ModelChoice, look: Look, width: int) -> Content:
    """One model as a row of exactly this many cells."""
    verdict, style = VERDICTS[look.fit.verdict] if look.fit else (MIDDLE, "$text-muted")
    seen = f"{look.speed.writing:,.0f} tok/s" if look.speed.writing else ""
    context = choice.context or (look.fit.trained if look.fit else 0)
    kind = choice.quantisation or (look.fit.quantisation if look.fit else "")
    cells = {
        "name": line(choice.name),
        "size": line(_size(choice)),
        "kind": line(kind, "$text-muted"),
        "context": line(f"{context:,}" if context else "", "$text-muted"),
        "fit": Content.styled(verdict, style),
        MARK: Content.styled(verdict[:1], style),
        "seen": line(seen, "$text-muted"),
        "here": _state(choice, look),
    }
    return _lay_out(cells, width)


def details(choice: ModelChoice, look: Look) -> Content:
    """What helps to decide: what it is, how it lies in memory here, how fast it was."""
    facts = [
        choice.title or choice.name,
        choice.licence,
        choice.quantisation or (look.fit.quantisation if look.fit else ""),
        "thinks first" if choice.thinks else "",
    ]
    parts = [line(", ".join(fact for fact in facts if fact))]
    if choice.note:
        parts.append(line(f"{choice.note[:1].upper()}{choice.note[1:]}.", "$text-muted"))
    if choice.problem:
        parts.append(join(Content.styled("✗ ", "$error"), line(choice.problem)))
    elif look.fit is None:
        parts.append(Content.styled("Looking how it fits …", "$text-muted"))
    else:
        parts += [line(reason, "$text-muted") for reason in look.fit.reasons]
    speed = look.speed
    if speed.reading or speed.writing:
        figures = f"Seen here: {speed.reading:,.0f} tokens a second read"
        parts.append(line(f"{figures}, {speed.writing:,.1f} written.", "$text-muted"))
    if choice.reference or choice.origin == "file":
        parts.append(line(f"The file lies at {choice.path}", "$text-muted"))
    return Content("\n").join(parts)


def shorten_middle(text: str, width: int) -> str:
    """The text in at most `width` cells; both ends of a file's name matter."""
    content = line(text)
    if content.cell_length <= width:
        return content.plain
    tail = width // 2
    head = max(0, width - tail - 1)
    # Wide characters take two cells, so the halves are cut as cells.
    start = content.truncate(head).plain
    end = content.plain
    while end and Content(end).cell_length > tail:
        end = end[1:]
    return f"{start}{MIDDLE}{end}"


def _lay_out(cells: dict[str, Content], width: int) -> Content:
    columns = columns_for(width)
    widths = {**WIDTHS, MARK: 1}
    taken = sum(widths[name] + GAP for name in columns if name != "name")
    room = max(1, width - taken)
    name = cells["name"]
    style = name.spans[0].style if name.spans else ""
    shown = [Content.styled(shorten_middle(name.plain, room), style).truncate(room, pad=True)]
    for column in columns[1:]:
        cell = cells[column].truncate(widths[column], ellipsis=True)
        missing = widths[column] - cell.cell_length
        shown.append(cell.pad_left(missing) if column in RIGHT else cell.pad_right(missing))
    return Content(" " * GAP).join(shown)


def _size(choice: ModelChoice) -> str:
    if choice.size is None:
        return ""
    return spell_size(choice.size) if choice.exact else f"~{spell_size(choice.size)}"


def _state(choice: ModelChoice, look: Look) -> Content:
    download = look.download
    if download is not None and download.state == "running":
        return Content.styled(percent(download.done, download.total) or MIDDLE, "$accent")
    if look.in_use:
        return Content.styled("in use", "$primary")
    if choice.problem:
        return Content.styled("gone", "$error")
    if choice.here:
        return Content("here")
    if choice.fetched and choice.size:
        return Content.styled(f"{percent(choice.fetched, choice.size)}", "$text-muted")
    return Content.styled("-", "$text-muted")
