"""One line for a changed file: its name, what became of it, lines added and removed."""

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from textual.content import Content

from inhouse.diff.file_diff import FileDiff
from inhouse.tui.text import join, line
from inhouse.tui.wrapping import fitted_path, safe_line

OTHER_TEXT = "other text"
# As wide as the plus sign, which the hyphen is not in every font.
MINUS = "\N{MINUS SIGN}"
ROOM_FOR_FOLDER = 4


def counts(added: int, removed: int) -> Content:
    """Such as "+3" and a minus with "1"; what is zero is left out."""
    parts: list[Content] = []
    if added:
        parts.append(line(f"+{added:,}", "$text-success"))
    if removed:
        parts.append(line(f"{MINUS}{removed:,}", "$text-error"))
    return Content(" ").join(parts)


def counts_of(files: Iterable[FileDiff]) -> Content:
    """All lines added and removed in these files."""
    known = list(files)
    return counts(sum(file.added for file in known), sum(file.removed for file in known))


def heading(file: FileDiff, width: int, mark: str = "") -> Content:
    """The line of a file in so many cells; of a long path the end stays."""
    facts = facts_of(file)
    figures = [part for part in (counts(file.added, file.removed), *facts) if part]
    room = width - sum(part.cell_length + 2 for part in figures) - len(mark)
    path = fitted_path(safe_line(file.path) or OTHER_TEXT, max(room, 8))
    return join(mark, path, *(join("  ", part) for part in figures))


def short_heading(file: FileDiff, width: int) -> Content:
    """The line of a file in a list: its name first, then the folder as far as there is room."""
    folder, _, name = safe_line(file.path).rpartition("/")
    figures = counts(file.added, file.removed) or next(iter(facts_of(file)), Content(""))
    room = width - figures.cell_length - 2
    name = fitted_path(name or OTHER_TEXT, max(room, 8))
    left = room - cell_len(name) - 2
    shown = fitted_path(folder, left) if left >= ROOM_FOR_FOLDER else ""
    return join(
        name,
        join("  ", figures) if figures else "",
        join("  ", line(shown, "$text-muted")) if shown else "",
    )


def facts_of(file: FileDiff) -> Sequence[Content]:
    """What is to be said of a file besides its lines."""
    facts: list[str] = []
    if file.kind == "added":
        facts.append("new")
    elif file.kind in {"renamed", "copied"}:
        facts.append(f"{file.kind} from {fitted_path(safe_line(file.was), 30)}")
    elif file.kind == "deleted":
        facts.append("deleted")
    if file.binary:
        facts.append("binary")
    if file.mode:
        facts.append(f"mode {safe_line(file.mode)}")
    return [line(fact, "$text-muted") for fact in facts]
