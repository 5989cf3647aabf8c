"""The functions, classes and other named parts of a file."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import tree_sitter

from inhouse_tools.syntax.reading import Captures, Reading, read
from inhouse_tools.syntax.tree import Span

CONTAINERS = frozenset({"class", "struct", "interface", "trait", "enum", "object", "scope"})
DECLARATION = "declaration"
"""What is defined elsewhere; it counts where the same file does not define it as well."""
BODIES = frozenset({"function", "method"})
"""In them a declaration is local, or a variable that looks like one."""
QUOTES = "\"'"
SPACE = b" \t\r\n"
OWNERS_ARGUMENTS = re.compile(r"<[^<>]*>(?=::|[^<]*>::)")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A named part of a file: "Class.method", and "name#2" for the second of the same name.

    Lines count from 1, both ends included; bytes are a half-open span of the UTF-8 source. The
    span begins with a directly preceding comment, goes on at `outer_byte` with decorators or
    words such as `export`, at `core_byte` with the definition itself and at `body_byte` with
    its body; this is `end_byte` where no body is told from the rest.
    """

    name: str
    kind: str
    start_line: int
    end_line: int
    start_byte: int
    end_byte: int
    outer_byte: int
    core_byte: int
    body_byte: int


@dataclass(slots=True)
class _Found:
    """One definition while it is put together from the matches that share its name node."""

    name: str
    kind: str
    core: int
    outer: int
    body: int | None
    end: int
    level: int
    outer_row: int
    end_row: int


def symbols(path: str, source: bytes) -> tuple[Symbol, ...]:
    """The symbols of UTF-8 source in the order they stand; none for unknown languages."""
    reading = read(path, source)
    return symbols_of(reading) if reading else ()


def enclosing(path: str, source: bytes, line: int) -> Symbol | None:
    """The innermost symbol around a line, which counts from 1."""
    around = [item for item in symbols(path, source) if item.start_line <= line <= item.end_line]
    return min(around, key=lambda item: item.end_byte - item.start_byte, default=None)


def symbols_of(reading: Reading) -> tuple[Symbol, ...]:
    """The symbols of a parsed file in the order they stand."""
    found = _find(reading)
    found.sort(key=lambda item: (item.outer, -item.end))
    place = _Places(reading)
    _stretch([item for item in found if item.level], place)
    if reading.language.clauses:
        found = _joined(found, reading.source)
    placed = _placed(found)
    defined = {name for name, kind, _item in placed if kind != DECLARATION}
    counts: dict[str, int] = {}
    result: list[Symbol] = []
    for name, kind, item in placed:
        if kind == DECLARATION and name in defined:
            continue
        counts[name] = counts.get(name, 0) + 1
        unique = name if counts[name] == 1 else f"{name}#{counts[name]}"
        result.append(place.symbol(unique, kind, item))
    return tuple(result)


def _placed(found: Iterable[_Found]) -> list[tuple[str, str, _Found]]:
    """The definitions with their names and kinds, as these are made by what is around them."""
    around: list[tuple[_Found, str]] = []
    placed: list[tuple[str, str, _Found]] = []
    for item in found:
        while around and not _holds(around[-1][0], item):
            around.pop()
        outer, prefix = around[-1] if around else (None, "")
        name, kind = prefix + item.name, item.kind
        if kind == "function" and outer and outer.kind in CONTAINERS:
            kind = "method"
        # What a type is made of stands beside it, and is the type itself when named like it.
        around.append((item, prefix if kind == "type" else f"{name}."))
        same = outer and outer.kind == "type" and outer.name == item.name
        local = kind == DECLARATION and outer and outer.kind in BODIES
        if kind != "scope" and not same and not local:
            placed.append((name, kind, item))
    return placed


def _holds(outer: _Found, inner: _Found) -> bool:
    """Whether one stands inside the other; two names of one definition are beside each other."""
    return inner.end <= outer.end and (inner.core, inner.end) != (outer.core, outer.end)


def _find(reading: Reading) -> list[_Found]:
    found: dict[int, _Found] = {}
    outers: dict[int, tree_sitter.Node] = {}
    for captures in reading.matches:
        key = captures["name"][0].start_byte
        if "outer" in captures:
            outer = captures["outer"][0]
            known = outers.get(key)
            if known is None or outer.start_byte < known.start_byte:
                outers[key] = outer
        if key not in found and (item := _defined(captures)):
            found[key] = item
    for key, outer in outers.items():
        if key in found:
            item = found[key]
            item.outer, item.outer_row = outer.start_byte, outer.start_point.row
            item.end, item.end_row = outer.end_byte, outer.end_point.row
    return list(found.values())


def _defined(captures: Captures) -> _Found | None:
    kind, level, core = "", 0, None
    for label, nodes in captures.items():
        if label.startswith("symbol."):
            kind, core = label.removeprefix("symbol."), nodes[0]
        elif label.startswith("level."):
            level = int(label.removeprefix("level."))
    name = ".".join(_text(node) for node in (*captures.get("owner", ()), captures["name"][0]))
    if core is None or not name:
        return None
    body = captures["body"][0] if "body" in captures else core.child_by_field_name("body")
    start, end = core.start_point, core.end_point
    if level and start.column:
        # A heading in a quotation or a list divides nothing.
        return None
    return _Found(
        name=name,
        kind="method" if kind == "function" and "." in name else kind,
        core=core.start_byte,
        outer=core.start_byte,
        body=body.start_byte if body else None,
        end=core.end_byte,
        level=level,
        outer_row=start.row,
        end_row=end.row,
    )


def _text(node: tree_sitter.Node) -> str:
    text = (node.text or b"").decode("utf-8", "replace").replace("`", "").replace('"."', ".")
    if len(text) > 1 and text[0] == text[-1] and text[0] in QUOTES:
        text = text[1:-1]
    if "::" in text:
        text = _without_arguments(text).replace("::", ".")
    return " ".join(text.split())


def _without_arguments(name: str) -> str:
    """A qualified name of C++ without the template arguments of its owners."""
    shorter = OWNERS_ARGUMENTS.sub("", name)
    return name if shorter == name else _without_arguments(shorter)


def _stretch(levelled: list[_Found], place: "_Places") -> None:
    """Let each definition with a level run to the next one of the same or a smaller level."""
    source = place.source
    running: list[_Found] = []
    for item in levelled:
        begin = place.beginning(item.outer)[1]
        row = item.outer_row - source.count(b"\n", begin, item.outer)
        while running and running[-1].level >= item.level:
            last = running.pop()
            last.end, last.end_row = begin, row
        running.append(item)
    for item in running:
        item.end, item.end_row = len(source), source.count(b"\n")


def _joined(found: list[_Found], source: bytes) -> list[_Found]:
    """Definitions of which those of one name that directly follow each other are one."""
    latest: dict[tuple[str, str], _Found] = {}
    result: list[_Found] = []
    for item in found:
        before = latest.get((item.kind, item.name))
        if before and before.end <= item.outer and not source[before.end : item.outer].strip():
            before.end, before.end_row = item.end, item.end_row
        else:
            latest[item.kind, item.name] = item
            result.append(item)
    return result


class _Places:
    """Where symbols begin and end, with the comments and attributes that belong to them."""

    def __init__(self, reading: Reading) -> None:
        self.source = reading.source
        self.comments = {end: start for start, end in reading.comments}
        attached = reading.spans("attached").union(reading.macros.pieces)
        self.attached_ends: dict[int, int] = {end: start for start, end in attached}
        self.attached_starts: dict[int, int] = dict(attached)

    def symbol(self, name: str, kind: str, item: _Found) -> Symbol:
        outer, first = self.beginning(item.outer)
        end = self._trimmed(item.end, outer)
        core = min(self._behind_attached(item.core), end)
        return Symbol(
            name=name,
            kind=kind,
            start_line=item.outer_row + 1 - self.source.count(b"\n", first, item.outer),
            end_line=item.end_row + 1 - self.source.count(b"\n", end, item.end),
            start_byte=first,
            end_byte=end,
            outer_byte=outer,
            core_byte=core,
            body_byte=end if item.body is None else max(core, min(item.body, end)),
        )

    def beginning(self, start: int) -> Span:
        """Where a definition begins with its attributes, and with the comment above them."""
        outer = self._first_attached(start)
        return outer, self._first_comment(outer)

    def _trimmed(self, end: int, start: int) -> int:
        """The end without the white space that some grammars count in."""
        while end > start and self.source[end - 1] in SPACE:
            end -= 1
        return end

    def _first_attached(self, start: int) -> int:
        """The first of the attributes that stand directly before."""
        while (before := self.attached_ends.get(self._trimmed(start, 0))) is not None:
            start = before
        return start

    def _behind_attached(self, start: int) -> int:
        """The definition without the attributes that its grammar counts in."""
        while (end := self.attached_starts.get(start)) is not None:
            while end < len(self.source) and self.source[end] in SPACE:
                end += 1
            start = end
        return start

    def _first_comment(self, start: int) -> int:
        """The first of the comments that stand directly above, each on lines of its own."""
        while (comment := self._comment_above(start)) is not None:
            start = comment[0]
        return start

    def _comment_above(self, start: int) -> Span | None:
        end = self._trimmed(start, 0)
        before = self.comments.get(end)
        if before is None or self.source.count(b"\n", end, start) != 1:
            return None
        line = self.source.rfind(b"\n", 0, before) + 1
        alone = not self.source[line:before].strip()
        shebang = self.source.startswith(b"#!", before)
        return (before, end) if alone and not shebang else None
