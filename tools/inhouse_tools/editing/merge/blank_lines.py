"""Keeping the blank lines of a file that is written anew: small models lose them."""

from difflib import SequenceMatcher

Line = tuple[list[str], str]
"""A line that says something, and the blank ones above it."""


def keep_blank_lines(before: str, after: str) -> str:
    """The new text, with the blank lines of the old one where both say the same.

    Apart from blank lines it is exactly the new text.
    """
    old, new = _lines(before), _lines(after)
    said = [line for _gap, line in old], [line for _gap, line in new]
    matcher = SequenceMatcher(None, *said, autojunk=False)
    kept: list[str] = []
    previous = "equal"
    edge: list[str] = []
    for kind, old_start, _end, start, end in matcher.get_opcodes():
        for number in range(start, end):
            gap, line = new[number]
            if kind == "equal":
                own = old[old_start + number - start][0]
                beside = number > start or previous in {"equal", "replace"}
                # Where lines came or went the new gaps count, unless they were lost.
                gap = own if beside or len(gap) + len(edge) < len(own) else gap
            elif kind == "replace" and number == start:
                gap = old[old_start][0]
            kept += [*gap, line]
        previous, edge = kind, new[start][0] if kind == "insert" else []
    return "\n".join(kept[:-1])


def _lines(text: str) -> list[Line]:
    """The lines of a text, and an empty one for its end."""
    lines: list[Line] = []
    gap: list[str] = []
    for line in text.split("\n"):
        if line.strip():
            lines.append((gap, line))
            gap = []
        else:
            gap.append(line)
    return [*lines, (gap, "")]
