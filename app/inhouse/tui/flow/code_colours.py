"""Colours of code, all from the theme."""

from functools import cache
from typing import TYPE_CHECKING, Final

from textual.content import Content

from inhouse.sanitise import sanitise
from inhouse.tui.flow.piece import MUTED

if TYPE_CHECKING:
    from textual.highlight import HighlightTheme

TAB_SPACES: Final = 4
# Colours of more code than this are not worth the time that they take.
MOST_COLOURED: Final = 20_000
COMMENT, STRING, NUMBER = f"{MUTED} italic", "$text-success", "$text-warning"
KEYWORD, NAME = "$text-accent", "$text-primary"


def colour(code: str, language: str) -> Content:
    """Code in the colours of its language; one that is not known stays plain."""
    clean = sanitise(code).expandtabs(TAB_SPACES)
    if not language or len(clean) > MOST_COLOURED:
        return Content(clean)
    from textual.highlight import highlight

    coloured = highlight(clean, language=language, theme=_theme())
    # What has no colour has that of other text, and not the one that goes with Textual's theme.
    return Content(coloured.plain, [span for span in coloured.spans if span.style != "$text"])


@cache
def _theme() -> "type[HighlightTheme]":
    from pygments.token import Token
    from textual.highlight import HighlightTheme

    class Colours(HighlightTheme):
        """The same few colours as in diffs."""

        STYLES = {  # noqa: RUF012 - as the class that it comes from declares it
            Token.Comment: COMMENT,
            Token.Literal.String: STRING,
            Token.Literal.String.Doc: COMMENT,
            Token.Literal.Number: NUMBER,
            Token.Keyword: KEYWORD,
            Token.Operator.Word: KEYWORD,
            Token.Name.Function: NAME,
            Token.Name.Class: NAME,
            Token.Name.Decorator: NAME,
            Token.Name.Tag: NAME,
            Token.Name.Attribute: NUMBER,
            Token.Name.Constant: NUMBER,
        }

    return Colours
