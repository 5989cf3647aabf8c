"""Work on the words of a text."""

MARK = "..."


def squeeze(text: str) -> str:
    """Return the text with single spaces between its words and none around it."""
    return " ".join(text.split())


def shorten(text: str, width: int) -> str:
    """Return whole words of the text, at most `width` characters with the mark of a cut.

    A text that fits is returned as it is.
    """
    if len(text) <= width:
        return text
    kept = ""
    for word in text.split():
        longer = f"{kept} {word}".strip()
        if len(longer) + len(MARK) > width:
            break
        kept = longer
    return kept + MARK


def count(text: str) -> int:
    """Return how many words the text has."""
    return len(text.split())
