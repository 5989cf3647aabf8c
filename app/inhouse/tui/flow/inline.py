"""The words of one Markdown paragraph with their styles: links are shown, not followed."""

from typing import TYPE_CHECKING, Final

from textual.content import Content, Span

from inhouse.sanitise import SafeText, sanitise_line
from inhouse.tui.flow.piece import MUTED

if TYPE_CHECKING:
    from markdown_it.token import Token

STYLES: Final = {"em": "italic", "strong": "bold", "s": "strike", "link": "underline"}
INLINE_CODE: Final = "$text-accent on $panel"
IMAGE: Final = "underline"


def content_of(token: "Token") -> Content:
    """The words of an inline token. An address that is not its own text stands behind it."""
    words = _Words()
    for child in token.children or ():
        words.take(child)
    return Content("".join(words.text), words.spans)


class _Words:
    """Words as they are gathered."""

    def __init__(self) -> None:
        self.text: list[SafeText] = []
        self.spans: list[Span] = []
        self._length = 0
        self._open: list[tuple[int, str]] = []

    def take(self, token: "Token") -> None:
        """Add what a token says, or begin or end a style."""
        name = token.type.removesuffix("_open").removesuffix("_close")
        if name in STYLES and token.nesting == 1:
            self._open.append((self._length, str(token.attrGet("href") or "")))
        elif name in STYLES:
            self._close(STYLES[name])
        elif name == "image":
            self._add(token.content or "image", IMAGE)
            self._add(f" ({token.attrGet('src')})", MUTED)
        elif name == "code_inline":
            self._add(token.content, INLINE_CODE)
        elif name == "hardbreak":
            self.text.append(SafeText("\n"))
            self._length += 1
        else:
            self._add(" " if name == "softbreak" else token.content)

    def _close(self, style: str) -> None:
        start, address = self._open.pop()
        self.spans.append(Span(start, self._length, style))
        if address and address != "".join(self.text)[start:]:
            self._add(f" ({address})", MUTED)

    def _add(self, words: str, style: str = "") -> None:
        # Entities such as `&#27;` have become controls only now.
        clean = sanitise_line(words)
        if style:
            self.spans.append(Span(self._length, self._length + len(clean), style))
        self.text.append(clean)
        self._length += len(clean)
