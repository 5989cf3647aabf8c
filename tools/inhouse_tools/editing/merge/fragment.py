"""Fitting a file that was written anew, and left things out, into the file that stands.

Small models that shall write a file whole write only the part they changed. What cannot be put in
its place with certainty is refused, so that nothing of it is lost silently.
"""

import re
from collections.abc import Sequence
from textwrap import dedent

from inhouse_tools import syntax
from inhouse_tools.editing.merge.counterpart import counterparts
from inhouse_tools.editing.merge.imports import with_imports
from inhouse_tools.editing.merge.outside import (
    body_names,
    inside,
    is_container,
    leaves,
    lost_symbols,
    outside_lines,
)
from inhouse_tools.editing.merge.placing import ELISION, place
from inhouse_tools.editing.symbol_edit import Edited, SourceFile
from inhouse_tools.refusal import Refusal
from inhouse_tools.syntax import Symbol
from inhouse_tools.writing.changes import joined

_HEADER = re.compile(r"\s*(?:\w+\s+)*(?:class|enum|impl|interface|module|struct|trait)\b")


def merge(name: str, source: bytes, content: str) -> Edited | Refusal:
    """The file with the definitions of `content` in their places, and all others kept.

    `said` of the answer names what was changed or added.
    """
    content = content.strip("\n") + "\n"
    text = dedent(content) if content[0].isspace() else content
    part, file = SourceFile.of(name, text.encode()), SourceFile.of(name, source)
    faults = syntax.errors(name, part.source)
    if faults:
        where = f"line {faults[0].line}: {faults[0].text}"
        return Refusal(f"What is written does not parse by itself, {where}.")
    units = _units(part, file)
    refused = _left_over(part, file, units) or _elided(part, file, units)
    if refused:
        return refused
    names = counterparts(part, file, units, indented=text != content)
    if isinstance(names, Refusal):
        return names
    known = {symbol.name for symbol in file.symbols}
    if known.isdisjoint(names) and all(unit.kind == "constant" for unit in units):
        return Refusal("What is written defines no function or class.")
    changed: list[str] = []
    for number, unit in enumerate(units):
        below = next((each for each in names[number + 1 :] if each in known), "")
        edited = place(unit, part, file, names[number], below)
        if isinstance(edited, Refusal):
            return edited
        if edited.source != file.source:
            changed.append(names[number])
            file = SourceFile.of(name, edited.source)
    if not changed:
        return Refusal("What is written stands there already.")
    merged = with_imports(file, part.source)
    if len(syntax.errors(name, merged)) > len(syntax.errors(name, source)):
        return Refusal("What is written does not fit into it.")
    return Edited(merged, joined(changed))


def _units(part: SourceFile, file: SourceFile) -> list[Symbol]:
    """The outermost definitions; of a class that lost something, its members."""
    units: list[Symbol] = []
    for symbol in part.symbols:
        within = units and units[-1].start_byte <= symbol.start_byte < units[-1].end_byte
        if not within and not _is_partial(symbol, part, file):
            units.append(symbol)
    return units


def _is_partial(symbol: Symbol, part: SourceFile, file: SourceFile) -> bool:
    """Whether the file's class has members or fields that the part's has not."""
    own = file.find(symbol.name)
    if own is None or not is_container(own, file):
        return False
    if lost_symbols(file, inside(file, own), part):
        return True
    return own.kind in {"class", "constant"} and bool(
        body_names(file, own) - body_names(part, symbol)
    )


def _left_over(part: SourceFile, file: SourceFile, units: Sequence[Symbol]) -> Refusal | None:
    """Why the part cannot be put in: a line of it that no definition holds and the file has not."""
    own = outside_lines(file, leaves(file))
    for line in outside_lines(part, units):
        # A class that is only hinted at may be without its bases and words such as export.
        bare = re.compile(rf"\b{re.escape(line.strip(' :{'))}\b") if _HEADER.match(line) else None
        if line not in own and not (bare and any(bare.search(each) for each in own)):
            return Refusal(f"`{line.strip()}` is neither a definition nor a line of {file.name}.")
    return None


def _elided(part: SourceFile, file: SourceFile, units: Sequence[Symbol]) -> Refusal | None:
    """Why the part cannot be put in: a comment that stands for code which is left out."""
    for start, end in syntax.statements(part.name, part.source).words:
        comment = part.source[start:end]
        unit = next((unit for unit in units if unit.outer_byte <= start < unit.end_byte), None)
        said = comment.decode("utf-8", "replace").strip()
        if unit and ELISION.match(said) and comment not in file.source:
            return Refusal(f"`{said}` leaves out code of {unit.name}.")
    return None
