"""Make titles of texts."""

from tidy.words import shorten, squeeze


def headline(text: str, width: int = 40) -> str:
    """Return the text as a headline: tidy, capitalised, at most `width` characters."""
    words = squeeze(text)
    return shorten(words[0].upper() + words[1:], width)


def underline(title: str, sign: str = "=") -> str:
    """Return the title with a line of signs below it."""
    return f"{title}\n{sign * len(title)}"
