"""What was found in files as text for a model: bounded, and so that no file hides the others."""

from collections.abc import Sequence
from pathlib import Path

from inhouse_tools.places.paths import spell
from inhouse_tools.search.query import MAX_HITS_IN_FILE, Found, Line
from inhouse_tools.tool import Output, Workspace
from inhouse_tools.writing.changes import plural

# How many hits of each file are shown when all of them are too many: the most that fit.
SHARES = (1, 2, 3, 5, 10, 20, 50)


class Naming:
    """How files of the folder that was searched are called in the workspace."""

    def __init__(self, folder: Path, workspace: Workspace) -> None:
        root = workspace.root
        self.workspace = workspace
        # The folder may be the repository around the root.
        self._removed = f"{root.relative_to(folder)}/" if folder in root.parents else ""
        inside = folder.is_relative_to(root)
        self._added = "" if folder == root or self._removed else f"{folder}/"
        if inside and folder != root:
            self._added = f"{folder.relative_to(root).as_posix()}/"

    def name(self, found: str) -> str:
        """The path relative to the root, or absolute when it is outside, on one line."""
        return spell(self._added + found.removeprefix(self._removed))


def answer_lines(pattern: str, found: Found, note: str, naming: Naming) -> Output:
    """All lines, or of each file the first ones and how to read the others."""
    blocks = [_Block(naming.name(name), lines) for name, lines in found.lines.items()]
    hits = sum(block.hits for block in blocks)
    if not hits:
        return Output(f"No line matches {pattern!r}.{note}", show={"lines": 0})
    whole = "\n".join(row for block in blocks for row in block.rows(hits))
    limit = naming.workspace.max_output_chars
    text, hidden = whole, 0
    if len(whole) > limit:
        text, hidden = _shares(blocks, limit)
        handle = naming.workspace.handles.keep(whole)
        note = (
            f"\n[all {plural(hits, 'hit')} in {plural(len(blocks), 'file')}: read {handle}]{note}"
        )
    full = [block.name for block in blocks if block.hits >= MAX_HITS_IN_FILE]
    if full:
        note += f"\n[not more than {MAX_HITS_IN_FILE} hits are sought in a file: {full[0]}]"
    return Output(text + note, show={"lines": hits, "cut": hidden})


def answer_counts(pattern: str, found: Found, note: str, naming: Naming) -> Output:
    """How many lines match in each file, the most first."""
    if not found.counts:
        return Output(f"No line matches {pattern!r}.{note}", show={"lines": 0})
    ranked = sorted(found.counts.items(), key=lambda item: (-item[1], item[0]))
    lines = [f"{naming.name(name)}: {count}" for name, count in ranked]
    hits = plural(sum(found.counts.values()), "hit")
    shown = _fitting(lines, naming.workspace.max_output_chars)
    total = f"[{hits} in {plural(len(lines), 'file')}"
    if len(shown) < len(lines):
        total += f", these have the most: read {naming.workspace.handles.keep(chr(10).join(lines))}"
    cut = len(lines) - len(shown)
    return Output("\n".join([*shown, f"{total}]{note}"]), show={"lines": len(lines), "cut": cut})


class _Block:
    """The lines of one file as text, one after the other."""

    def __init__(self, name: str, lines: Sequence[Line]) -> None:
        self.name = name
        self._rows: list[str] = []
        # Where in the rows each hit stands.
        self._places: list[int] = []
        gaps = len(lines) != sum(line.hit for line in lines)
        before = 0
        for line in lines:
            if gaps and before and line.number > before + 1:
                self._rows.append("--")
            before = line.number
            if line.hit:
                self._places.append(len(self._rows))
            mark = ":" if line.hit else "-"
            self._rows.append(f"{name}{mark}{line.number}{mark} {line.text}")
        self.hits = len(self._places)

    def rows(self, share: int) -> list[str]:
        """The first hits with the lines around them, and how many are not shown."""
        if share >= self.hits:
            return self._rows
        left = f"[{plural(self.hits - share, 'more hit')} in this file]"
        return [*self._rows[: self._places[share]], left]


def _shares(blocks: Sequence[_Block], limit: int) -> tuple[str, int]:
    """As many of the hits as fit, equally many of each file; and how many are left out."""
    chosen, chosen_share = "", 0
    for share in SHARES:
        text = "\n".join(row for block in blocks for row in block.rows(share))
        if len(text) > limit:
            break
        chosen, chosen_share = text, share
    if chosen_share:
        return chosen, sum(max(0, block.hits - chosen_share) for block in blocks)
    texts = _fitting(["\n".join(block.rows(1)) for block in blocks], limit)
    left = blocks[len(texts) :]
    hidden = sum(block.hits - 1 for block in blocks) + len(left)
    if left:
        more = sum(block.hits for block in left)
        texts.append(f"[{plural(more, 'more hit')} in {plural(len(left), 'other file')}]")
    return "\n".join(texts), hidden


def _fitting(texts: Sequence[str], limit: int) -> list[str]:
    """The first of the texts, as many as fit on lines of their own, at least one."""
    size, kept = 0, list[str]()
    for text in texts:
        size += len(text) + 1
        if kept and size > limit:
            break
        kept.append(text)
    return kept
