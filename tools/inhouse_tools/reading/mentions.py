"""The lines of files in which an identifier is used, each with the symbol around it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from inhouse_tools import syntax
from inhouse_tools.editing.symbol_edit import last_part
from inhouse_tools.index.facts import MAX_COUNT, Facts, KnownSymbol
from inhouse_tools.places.paths import spell
from inhouse_tools.tool import Workspace
from inhouse_tools.writing.changes import Opened, open_text, plural

MAX_LINES = 300
MAX_FILES = 100
MAX_LINE_CHARACTERS = 200
MAX_NAMED_FILES = 20


@dataclass(frozen=True, slots=True)
class Mention:
    """A line, from 1, that uses the name; `inside` is the innermost symbol around it, or ""."""

    line: int
    inside: str
    text: str


@dataclass(frozen=True, slots=True)
class Mentions:
    """The uses by path, in order. `others` are further files that were not looked into."""

    files: tuple[tuple[str, tuple[Mention, ...]], ...]
    others: tuple[str, ...] = ()

    @property
    def lines(self) -> int:
        """How many lines were found."""
        return sum(len(mentions) for _path, mentions in self.files)

    def show(self, name: str) -> str:
        """The uses as text: a line for each, below the path of its file."""
        heading = f"{name}: {plural(self.lines, 'line')} in {plural(len(self.files), 'file')}"
        shown = [heading]
        for path, mentions in self.files:
            shown.append(f"{path}:")
            for one in mentions:
                inside = f" in {one.inside}" if one.inside else ""
                shown.append(f"  {one.line}{inside}: {one.text}")
        if self.others:
            named = ", ".join(self.others[:MAX_NAMED_FILES])
            more = len(self.others) - MAX_NAMED_FILES
            shown.append(f"[also in {named}{f' and {more} more' if more > 0 else ''}]")
        return "\n".join(shown)


def find_mentions(
    name: str, paths: Sequence[str], workspace: Workspace, known: Mapping[str, Facts]
) -> Mentions:
    """The uses of an identifier in files by their tool paths, its definitions left out.

    What is `known` of the files saves most of them from being parsed.
    """
    files: list[tuple[str, tuple[Mention, ...]]] = []
    lines = 0
    for done, path in enumerate(paths):
        if lines >= MAX_LINES or done >= MAX_FILES:
            return Mentions(tuple(files), tuple(spell(other) for other in paths[done:]))
        opened = open_text(spell(path), workspace)
        found = (
            tuple(_mentions(name, opened, known.get(path))) if isinstance(opened, Opened) else ()
        )
        if found:
            files.append((spell(path), found))
            lines += len(found)
    return Mentions(tuple(files))


def _mentions(name: str, opened: Opened, facts: Facts | None) -> Iterable[Mention]:
    path, source = opened.place.name, opened.source
    numbers = _counted_lines(name, opened.document.text, facts) if facts else None
    if numbers is None:
        found = syntax.references(path, source, name)
        numbers = {reference.line for reference in found if not reference.is_definition}
    symbols: Sequence[syntax.Symbol | KnownSymbol] = ()
    if numbers:
        symbols = facts.symbols if facts else syntax.symbols(path, source)
    text = opened.document.text.split("\n")
    for number in sorted(numbers):
        line = text[number - 1].strip()
        cut = len(line) > MAX_LINE_CHARACTERS
        yield Mention(
            number,
            _innermost(symbols, number),
            line[: MAX_LINE_CHARACTERS - 1] + "…" if cut else line,
        )


def _counted_lines(name: str, text: str, facts: Facts) -> set[int] | None:
    """The lines with a word, when it stands in the text just as often as it is used in code.

    Then none of them is in a string or a comment. None when only parsing can tell.
    """
    if any(last_part(symbol.name) == name for symbol in facts.symbols):
        return None
    uses = next((count for used, count in facts.uses() if used == name), 0)
    places = [match.start() for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text)]
    if len(places) != uses or uses >= MAX_COUNT:
        return None
    return {text.count("\n", 0, place) + 1 for place in places}


def _innermost(symbols: Sequence[syntax.Symbol | KnownSymbol], line: int) -> str:
    around = [symbol for symbol in symbols if symbol.start_line <= line <= symbol.end_line]
    # Of two on the same lines the later one is inside.
    inner = min(reversed(around), key=lambda one: one.end_line - one.start_line, default=None)
    return inner.name if inner else ""
