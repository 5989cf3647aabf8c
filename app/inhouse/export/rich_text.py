"""The Markdown of a model as HTML: its own tags stay text, and nothing is fetched."""

from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

LINKS: Final = ("http://", "https://", "mailto:")
BLOCKS: Final = ("p", "ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tr", "th", "td")
TAGS: Final = {"h1", "h2", "h3", "h4", "h5", "h6", "em", "strong", *BLOCKS}
BREAKS: Final = {"softbreak": "\n", "hardbreak": "<br>\n", "hr": "<hr>\n"}


def render_rich_text(text: str) -> str:
    """HTML of Markdown text that may hold anything.

    Its tags are those of CommonMark and tables without images; only links have an attribute, and
    they lead to the web or to mail.
    """
    return "".join(_render(_parser().parse(text)))


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the name that the parser calls
        """Whether a link may lead there; another one stays text."""
        return url.strip().lower().startswith(LINKS)


@cache
def _parser() -> MarkdownIt:
    return _Parser("commonmark", {"html": False}).enable("table")


def _render(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield from _render(token.children or ())
        elif token.nesting:
            yield _tag(token)
        else:
            yield BREAKS.get(token.type) or _content(token)


def _tag(token: Token) -> str:
    if token.type == "link_open":
        address = escape(str(token.attrGet("href") or ""), quote=True)
        return f'<a rel="noopener noreferrer" href="{address}">'
    if token.type == "link_close":
        return "</a>"
    if token.hidden or token.tag not in TAGS:
        return ""
    return f"<{token.tag}>" if token.nesting > 0 else f"</{token.tag}>" + "\n" * token.block


def _content(token: Token) -> str:
    match token.type:
        case "code_inline":
            return f"<code>{escape(token.content)}</code>"
        case "fence" | "code_block":
            return f"<pre>{escape(token.content)}</pre>\n"
        case "image":
            # Only what it shows: reading a document must not tell anybody.
            return escape(f"[{token.content}]")
        case _:
            return escape(token.content)
