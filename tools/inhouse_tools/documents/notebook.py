"""Jupyter notebooks of the formats 3 to 5 as lines of text: cells with numbers, then outputs.

The format: https://nbformat.readthedocs.io/en/latest/format_description.html.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from inhouse_tools.refusal import Refusal
from inhouse_tools.text import plain

FORMATS: Final = (3, 4, 5)
MOST_OUTPUT_LINES: Final = 40
MOST_OUTPUT_CHARACTERS: Final = 2000
# A line of a source that could be taken for a mark gets a backslash before it.
MARK: Final = re.compile(r"\[(?:cell (?P<number>[1-9]\d{0,8})|new cell), (?P<kind>\w+)\]")
OUTPUT: Final = re.compile(r"\[output of cell [1-9]\d{0,8}\]")
_LIKE_MARK: Final = re.compile(r"\\*\[(?:new )?(?:cell|output)\b.*\]")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its `kind` is "code", "markdown", "raw" or another word, `source` its text, and
    `outputs` what running it has printed, as text."""

    kind: str
    source: str
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notebook:
    """The cells of a notebook in their order, and the name of what runs them, or ""."""

    cells: tuple[Cell, ...]
    kernel: str = ""

    @property
    def editable(self) -> str:
        """Marks and sources alone: what an edit can change."""
        lines = [line for n, cell in enumerate(self.cells, 1) for line in _lines_of(n, cell)]
        return "".join(f"{line}\n" for line in lines)

    @property
    def shown(self) -> str:
        """The same, with the outputs of each cell behind it."""
        lines: list[str] = []
        for number, cell in enumerate(self.cells, 1):
            lines += _lines_of(number, cell)
            for output in cell.outputs:
                lines += [f"[output of cell {number}]", *shield(output)]
        return "".join(f"{line}\n" for line in lines)


def read_notebook(raw: bytes | str) -> Notebook | Refusal:
    """The notebook of a file's content, or why it is none."""
    data = parse_notebook(raw)
    if isinstance(data, Refusal):
        return data
    notebook = Notebook(tuple(_cell(cell) for cell in cells_of(data)), _kernel(data))
    try:
        notebook.shown.encode("utf-8")
    except UnicodeEncodeError:
        return Refusal("it holds characters that are none (half of a surrogate pair)")
    return notebook


def parse_notebook(raw: bytes | str) -> dict[str, Any] | Refusal:
    """The JSON of a notebook, with cells that are objects with a source."""
    try:
        data: object = json.loads(raw)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        return Refusal(f"it is not valid JSON ({error.msg} at {where})")
    except RecursionError:
        return Refusal("its JSON is nested too deeply")
    except ValueError as error:
        return Refusal(f"it is not valid JSON ({error})")
    if not isinstance(data, dict):
        return Refusal("it is JSON, but no notebook")
    notebook = cast("dict[str, Any]", data)
    number = notebook.get("nbformat")
    if number not in FORMATS:
        return Refusal(f"it is no notebook of the formats 3 to 5 (nbformat is {str(number)[:20]})")
    holders = _holders(notebook)
    if holders is None or not all(_is_cell(cell) for cells in holders for cell in cells):
        return Refusal("its cells are damaged")
    return notebook


def cells_of(notebook: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The cells of a notebook that was parsed, those of all worksheets."""
    return [cell for cells in _holders(notebook) or () for cell in cells]


def kind_of_cell(cell: Mapping[str, Any]) -> str:
    """The type of a cell as one word."""
    return re.sub(r"\W", "", str(cell.get("cell_type", "")))[:20] or "unknown"


def source_key(cell: Mapping[str, Any]) -> str:
    """Where a cell keeps its source: format 3 names that of code otherwise."""
    return "source" if "source" in cell else "input"


def text_of(value: object) -> str:
    """A text that may be given as a list of lines."""
    if isinstance(value, list):
        return "".join(str(line) for line in cast("list[object]", value))
    return value if isinstance(value, str) else ""


def shield(text: str) -> Iterator[str]:
    """The lines of a text, none of which can be taken for a mark."""
    for line in text.split("\n"):
        yield "\\" + line if _LIKE_MARK.fullmatch(line) else line


def unshield(line: str) -> str:
    """The line as it was before."""
    return line[1:] if line.startswith("\\") and _LIKE_MARK.fullmatch(line) else line


def _lines_of(number: int, cell: Cell) -> Sequence[str]:
    return [f"[cell {number}, {cell.kind}]", *shield(cell.source)]


def _holders(notebook: Mapping[str, Any]) -> list[list[Any]] | None:
    """The lists that hold cells; None where something else stands in their place."""
    if notebook.get("nbformat") != 3:
        cells = notebook.get("cells")
        return [cast("list[Any]", cells)] if isinstance(cells, list) else None
    sheets = notebook.get("worksheets", [])
    if not isinstance(sheets, list):
        return None
    found: list[list[Any]] = []
    for sheet in cast("list[Any]", sheets):
        cells = cast("dict[str, Any]", sheet).get("cells") if isinstance(sheet, dict) else None
        if not isinstance(cells, list):
            return None
        found.append(cast("list[Any]", cells))
    return found


def _is_cell(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    cell = cast("dict[str, Any]", value)
    source = cell.get(source_key(cell))
    if isinstance(source, list):
        return all(isinstance(line, str) for line in cast("list[object]", source))
    return isinstance(source, str)


def _cell(cell: Mapping[str, Any]) -> Cell:
    outputs = cell.get("outputs")
    texts = cast("list[object]", outputs) if isinstance(outputs, list) else []
    written = (_output(cast("dict[str, Any]", one)) for one in texts if isinstance(one, dict))
    return Cell(
        kind_of_cell(cell), text_of(cell[source_key(cell)]), tuple(text for text in written if text)
    )


def _output(output: Mapping[str, Any]) -> str:
    """What one output says as text; of what is none only its type."""
    if output.get("output_type") in {"error", "pyerr"}:
        trace = "\n".join(plain(text_of([line])) for line in _list(output.get("traceback")))
        said = f"{text_of(output.get('ename'))}: {text_of(output.get('evalue'))}"
        return _shorten(trace if trace.strip() else said)
    data: Mapping[str, Any] = output
    if isinstance(output.get("data"), dict):
        data = cast("dict[str, Any]", output["data"])
    text = text_of(output.get("text")) or text_of(data.get("text/plain"))
    others = [kind for kind in data if kind.startswith(("image/", "application/", "text/html"))]
    # Format 3 names its images by their ending.
    others += [f"image/{kind}" for kind in ("png", "jpeg", "svg") if kind in data]
    notes = [f"({kind[:60]}, not shown)" for kind in others]
    return "\n".join(part for part in (_shorten(plain(text)), *notes) if part)


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _shorten(text: str) -> str:
    """The beginning of an output, in whole lines where they are not too long."""
    text = text.rstrip("\n")
    lines = text.split("\n")
    kept = "\n".join(lines[:MOST_OUTPUT_LINES])[:MOST_OUTPUT_CHARACTERS]
    left = len(text) - len(kept)
    return f"{kept}\n({left} more characters)" if left else text


def _kernel(notebook: Mapping[str, Any]) -> str:
    named: object = notebook.get("metadata")
    for key in ("kernelspec", "name"):
        named = cast("dict[str, Any]", named).get(key) if isinstance(named, dict) else None
    return named[:40] if isinstance(named, str) and named.isprintable() else ""
