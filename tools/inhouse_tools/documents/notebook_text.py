"""A notebook as a text that can be edited: its cells without outputs, and the way back to JSON."""

import copy
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from inhouse_tools.documents.kinds import HEAD_BYTES, kind_of
from inhouse_tools.documents.notebook import (
    MARK,
    OUTPUT,
    cells_of,
    kind_of_cell,
    parse_notebook,
    read_notebook,
    shield,
    source_key,
    text_of,
    unshield,
)
from inhouse_tools.refusal import Refusal
from inhouse_tools.text import Document, decode

MARKS_STAY: Final = (
    "In a notebook each cell begins with its line, such as [cell 3, code], which stays as it was "
    "read. A new cell begins with the line [new cell, code] or [new cell, markdown]."
)
_INDENTS: Final = (1, 2, 4, None, "\t", 3, 8, 0)
_COMPACT: Final = (",", ":")
_NEW_KINDS: Final = ("code", "markdown", "raw")


@dataclass(frozen=True, slots=True)
class JsonStyle:
    """How JSON is written, as json.dumps takes it; `end` stands behind it."""

    ascii_only: bool
    indent: int | str | None
    separators: tuple[str, str] | None
    end: str

    def write(self, data: object) -> str:
        """The whole text of a file."""
        text = json.dumps(
            data, ensure_ascii=self.ascii_only, indent=self.indent, separators=self.separators
        )
        return text + self.end


@dataclass(frozen=True, slots=True)
class NotebookText:
    """The cells of a notebook as `text`; `raw` is the file, and `style` how its JSON is written."""

    text: str
    raw: str
    style: JsonStyle | None

    def encode(self, text: str) -> bytes | Refusal:
        """The file with these cells in the place of its own; nothing else in it changes.

        The JSON of a whole notebook is taken as it is.
        """
        if not _is_text(text):
            return Refusal("It would hold characters that are none (half of a surrogate pair).")
        if _is_json(text):
            data = parse_notebook(text)
            if isinstance(data, Refusal):
                return Refusal(f"As the JSON of a notebook {data.text}.")
            return text.encode("utf-8")
        if self.style is None:
            return Refusal(
                "Its JSON is written in an unusual way, which an edit of a cell would not keep. "
                "Change it with a script."
            )
        data = parse_notebook(self.raw)
        if isinstance(data, Refusal):
            return data
        found = list(_split(text))
        problem = _put_cells(data, found)
        if problem is not None:
            return problem
        return self.style.write(data).encode("utf-8")

    def fill_in(self, text: str) -> str | Refusal:
        """The text with the cells that it leaves out, each behind the one that it followed."""
        given = list(_split(text))
        old = list(_split(self.text))
        if not given or given[0].number < 0 or not _is_text(text):
            return Refusal(MARKS_STAY)
        named = {one.number for one in given}
        whole = list(given)
        for place, cell in enumerate(old):
            if cell.number in named:
                continue
            numbers = [one.number for one in whole]
            at = numbers.index(old[place - 1].number) + 1 if place else 0
            # What was written behind the one before stays there.
            while place and at < len(whole) and not whole[at].number:
                at += 1
            whole.insert(at, cell)
        return "".join(f"{line}\n" for one in whole for line in _lines_of(one))

    def lost(self, text: str) -> list[str]:
        """The marks of cells that a new text does not hold; JSON holds what it shall."""
        kept = set(marks_in(text))
        return [] if _is_json(text) else [mark for mark in marks_in(self.text) if mark not in kept]


def open_document(name: str, raw: bytes) -> Document | NotebookText | Refusal:
    """The text of a file as tools show and change it, or why it has none."""
    kind = kind_of(name, raw[:HEAD_BYTES])
    if kind in {"image", "pdf"}:
        return Refusal(f"it is {'an image' if kind == 'image' else 'a PDF'}")
    if kind == "notebook":
        notebook = read_notebook(raw)
        if not isinstance(notebook, Refusal):
            whole = raw.decode("utf-8")
            return NotebookText(notebook.editable, whole, _style_of(whole))
    return decode(raw)


def _is_text(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _is_json(text: str) -> bool:
    return text.lstrip().startswith("{")


def marks_in(text: str) -> list[str]:
    """The lines of a text with which cells begin."""
    return [line for line in text.split("\n") if MARK.fullmatch(line)]


def _style_of(raw: str) -> JsonStyle | None:
    """The style in which the file is written exactly as it is; None for no such."""
    data: object = json.loads(raw)
    end = "\n" if raw.endswith("\n") else ""
    for ascii_only in (False, True):
        for indent in _INDENTS:
            separators = _COMPACT if indent is None and ": " not in raw[:200] else None
            style = JsonStyle(ascii_only, indent, separators, end)
            if style.write(data) == raw:
                return style
    return None


@dataclass(frozen=True, slots=True)
class _Given:
    """A cell of an edited text; `number` is 0 for a new one and -1 for lines before the first."""

    number: int
    kind: str
    source: str


def _lines_of(cell: _Given) -> list[str]:
    head = f"cell {cell.number}" if cell.number else "new cell"
    return [f"[{head}, {cell.kind}]", *shield(cell.source)]


def _split(text: str) -> Iterator[_Given]:
    """The cells of a text. Outputs are left out: who writes all that was read writes them too."""
    number, kind = -1, ""
    lines: list[str] = []
    in_output = False
    for line in text.removesuffix("\n").split("\n"):
        mark = MARK.fullmatch(line)
        if mark is not None:
            if number >= 0 or any(lines):
                yield _Given(number, kind, "\n".join(lines))
            number, kind, lines = int(mark["number"] or 0), mark["kind"], []
        in_output = mark is None and (in_output or OUTPUT.fullmatch(line) is not None)
        if mark is None and not in_output:
            lines.append(unshield(line))
    if number >= 0 or any(lines):
        yield _Given(number, kind, "\n".join(lines))


def _put_cells(data: dict[str, Any], given: Sequence[_Given]) -> Refusal | None:
    """The cells of an edited text into a notebook, or why they cannot be."""
    old = cells_of(data)
    numbers = [one.number for one in given if one.number]
    known = dict(enumerate(old, 1))
    if len(set(numbers)) < len(numbers) or not known.keys() >= set(numbers):
        return Refusal(MARKS_STAY)
    cells: list[dict[str, Any]] = []
    for one in given:
        cell = known.get(one.number)
        if cell is None and one.kind not in _NEW_KINDS:
            return Refusal(MARKS_STAY)
        if cell is not None and one.kind != kind_of_cell(cell):
            return Refusal(f"The kind of cell {one.number} cannot be changed. {MARKS_STAY}")
        cells.append(_new_cell(data, one) if cell is None else _with_source(cell, one.source))
    if data.get("nbformat") != 3:
        data["cells"] = cells
    elif cells == old:
        return None
    elif len(data["worksheets"]) == 1 and 0 not in {one.number for one in given}:
        data["worksheets"][0]["cells"] = cells
    else:
        return Refusal("This notebook has the old format 3. Convert it with nbconvert first.")
    return None


def _with_source(cell: dict[str, Any], source: str) -> dict[str, Any]:
    """The cell with another source, in the form in which it had the old one."""
    key = source_key(cell)
    if text_of(cell[key]) == source:
        return cell
    changed = copy.copy(cell)
    changed[key] = _as_lines(source) if isinstance(cell[key], list) else source
    return changed


def _new_cell(data: Mapping[str, Any], given: _Given) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": given.kind}
    minor = data.get("nbformat_minor")
    if data.get("nbformat") == 5 or (isinstance(minor, int) and minor >= 5):
        cell["id"] = secrets.token_hex(4)
    cell |= {"metadata": {}, "source": _as_lines(given.source)}
    if given.kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return dict(sorted(cell.items()))


def _as_lines(source: str) -> list[str]:
    """As nbformat writes a source: lines with their ends."""
    lines = source.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
