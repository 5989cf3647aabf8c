"""Markdown as pieces: nothing in it acts by itself, and nothing of it is lost."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final

from textual.content import Content

from inhouse.tui.flow.code_colours import colour
from inhouse.tui.flow.inline import content_of
from inhouse.tui.flow.piece import (
    EMPTY,
    MUTED,
    Alignment,
    Code,
    Margin,
    Piece,
    Prose,
    Rule,
    Table,
)

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

QUOTE: Final = Content.styled("│ ", MUTED)
BULLETS: Final = ("• ", "◦ ", "- ")
HEADINGS: Final = {"h1": "bold $text-accent", "h2": "bold $text-accent"}
OTHER_HEADING: Final = "bold"
# A list or quote in so many others is no text for people: all its text would be at the right edge.
DEEPEST: Final = 12


@dataclass(frozen=True, slots=True)
class Start:
    """Where the last element begins that may still grow: a line of the source, and a piece.

    `ordinal` is the number of the list item that it is, None for everything else; `item` tells
    that it is an item of a list with others before it.
    """

    line: int = 0
    piece: int = 0
    item: bool = False
    ordinal: int | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """The pieces of a text and where its last element starts."""

    pieces: tuple[Piece, ...]
    last: Start = Start()


def parse(
    source: str, before: Start | None = None, links: dict[str, object] | None = None
) -> Parsed:
    """The pieces of sanitised Markdown.

    Text that goes on after other text is told by `before` what it starts with; `links` keeps the
    link definitions from one part to the next.
    """
    tokens = _parser().parse(source, {} if links is None else links)
    return _Walk(before).walk(tokens)


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    # Without the rules for HTML, `<tool>` and `Vec<T>` stay text.
    options = {"html": False, "maxNesting": DEEPEST}
    return MarkdownIt("commonmark", options).enable(["table", "strikethrough"])


@dataclass(slots=True)
class _Level:
    """A quote or list item that is open, with what it puts in front of its rows."""

    marker: Content
    rest: Content
    used: bool = False

    def left(self) -> Content:
        return self.rest if self.used else self.marker


@dataclass(slots=True)
class _List:
    """A list that is open; `number` is that of its next item, None for bullets."""

    number: int | None
    items: int = 0


@dataclass(slots=True)
class _Rows:
    """A table that is being read."""

    cells: list[list[Content]] = field(default_factory=list[list[Content]])
    alignments: list[Alignment] = field(default_factory=list[Alignment])


class _Walk:
    """One pass over the tokens of a text."""

    def __init__(self, before: Start | None) -> None:
        self._before = before
        self._pieces: list[Piece] = []
        self._levels: list[_Level] = []
        self._lists: list[_List] = []
        self._table = _Rows()
        self._heading = ""
        self._above = before is not None and not before.item
        self._last = Start()
        self._acts: Mapping[str, Callable[[Token], None]] = {
            "heading_open": self._open_heading,
            "heading_close": self._close_heading,
            "inline": self._add_inline,
            "fence": self._add_code,
            "code_block": self._add_code,
            "hr": self._add_rule,
            "blockquote_open": self._open_quote,
            "blockquote_close": self._close_level,
            "bullet_list_open": self._open_list,
            "ordered_list_open": self._open_list,
            "bullet_list_close": self._close_list,
            "ordered_list_close": self._close_list,
            "list_item_open": self._open_item,
            "list_item_close": self._close_item,
            "table_open": self._open_table,
            "table_close": self._close_table,
            "tr_open": self._open_row,
            "th_open": self._open_heading_cell,
        }

    def walk(self, tokens: Sequence["Token"]) -> Parsed:
        for token in tokens:
            if token.level == 0 and token.nesting >= 0 and token.map:
                self._last = Start(token.map[0], len(self._pieces))
            act = self._acts.get(token.type)
            if act is not None:
                act(token)
        return Parsed(tuple(self._pieces), self._last)

    def _open_heading(self, token: "Token") -> None:
        self._heading = HEADINGS.get(token.tag, OTHER_HEADING)

    def _close_heading(self, _token: "Token") -> None:
        self._heading = ""

    def _add_inline(self, token: "Token") -> None:
        content = content_of(token)
        if self._table.cells:
            self._table.cells[-1].append(content)
            return
        if self._heading:
            content = content.stylize_before(self._heading)
        self._add(Prose(content, self._margin()))

    def _add_code(self, token: "Token") -> None:
        language = token.info.strip().partition(" ")[0]
        self._add(Code(colour(token.content.rstrip("\n"), language), self._margin()))

    def _add_rule(self, _token: "Token") -> None:
        self._add(Rule(self._margin()))

    def _add(self, piece: Piece) -> None:
        self._pieces.append(piece)
        self._above = True

    def _margin(self) -> Margin:
        above = EMPTY.join(level.rest for level in self._levels if level.used)
        first = EMPTY.join(level.left() for level in self._levels)
        for level in self._levels:
            level.used = True
        rest = EMPTY.join(level.rest for level in self._levels)
        return Margin(first, rest, above if self._above else None)

    def _open_quote(self, _token: "Token") -> None:
        self._levels.append(_Level(QUOTE, QUOTE))

    def _close_level(self, _token: "Token") -> None:
        self._levels.pop()

    def _open_list(self, token: "Token") -> None:
        number: int | None = None
        if token.type == "ordered_list_open":
            start = token.attrGet("start")
            number = start if isinstance(start, int) else 1
        if not self._pieces and token.level == 0 and self._before and self._before.item:
            number = self._before.ordinal
        if token.level > 0:
            self._above = False
        self._lists.append(_List(number))

    def _close_list(self, _token: "Token") -> None:
        self._lists.pop()

    def _open_item(self, token: "Token") -> None:
        items = self._lists[-1]
        if items.items:
            self._above = False
        if token.level == 1 and token.map and len(self._levels) == 0:
            follows = bool(items.items) or (not self._pieces and self._continues())
            self._last = Start(token.map[0], len(self._pieces), follows, items.number)
        if items.number is None:
            text = BULLETS[(len(self._lists) - 1) % len(BULLETS)]
        else:
            text = f"{items.number}. "
            items.number += 1
        items.items += 1
        self._levels.append(_Level(Content.styled(text, MUTED), Content(" " * len(text))))

    def _close_item(self, _token: "Token") -> None:
        if not self._levels[-1].used:
            self._add(Prose(EMPTY, self._margin()))
        self._levels.pop()

    def _continues(self) -> bool:
        return self._before is not None and self._before.item

    def _open_table(self, _token: "Token") -> None:
        self._table = _Rows()

    def _open_row(self, _token: "Token") -> None:
        self._table.cells.append([])

    def _open_heading_cell(self, token: "Token") -> None:
        style = str(token.attrGet("style") or "")
        chosen: Alignment = "left"
        if style.endswith("right"):
            chosen = "right"
        elif style.endswith("center"):
            chosen = "center"
        self._table.alignments.append(chosen)

    def _close_table(self, _token: "Token") -> None:
        header, *body = (tuple(row) for row in self._table.cells)
        alignments = tuple(self._table.alignments)
        self._add(Table(header, tuple(body), alignments, self._margin()))
        self._table = _Rows()
