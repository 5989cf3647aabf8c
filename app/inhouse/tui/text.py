"""Untrusted text on its way to a widget: sanitised, and never read as markup."""

from textual.content import Content

from inhouse.sanitise import sanitise, sanitise_line

TAB_SPACES = 4


def lines(text: str, style: str = "") -> Content:
    """Text of several lines in one style; square brackets are only square brackets."""
    return Content.styled(sanitise(text).expandtabs(TAB_SPACES), style)


def line(text: str, style: str = "") -> Content:
    """Text as one line in one style; newlines and tabs are shown as escapes."""
    return Content.styled(sanitise_line(text), style)


def join(*parts: Content | str) -> Content:
    """Parts behind each other; a `str` is our own text and stays as it is."""
    return Content("").join([Content(part) if isinstance(part, str) else part for part in parts])
