"""A prompt as pieces of text that say whether control tokens may be read in them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """Text to tokenise on its own; `special`: literals of special tokens in it become their ids.

    With `image` it is no text: what the message has for the image, as it came.
    """

    text: str
    special: bool
    image: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a rendered prompt: written by the template, or content put into it."""

    text: str
    template: bool
    image: str = ""


def split_literals(text: str, literals: Sequence[str]) -> list[str]:
    """Cut text inside every literal it contains, so that no part holds a whole one.

    llama.cpp reads the literals of user-defined tokens even with special tokens off; it cannot
    when the two halves are tokenised apart. Literals of one character cannot be cut.
    """
    # The shortest literal first: a cut inside it is inside every longer one that starts there.
    present = sorted((one for one in literals if len(one) > 1 and one in text), key=len)
    if not present:
        return [text] if text else []
    found = re.compile(f"(?=({'|'.join(map(re.escape, present))}))")
    parts: list[str] = []
    last = 0
    for match in found.finditer(text):
        if last <= match.start():
            cut = match.start() + len(match[1]) // 2
            parts.append(text[last:cut])
            last = cut
    return [*parts, text[last:]]


def lay_out(runs: Iterable[Run], literals: Sequence[str]) -> tuple[Piece, ...]:
    """The pieces of a rendered prompt.

    Only literals that the template itself wrote are special. All text between two of them is one
    piece, cut where it spells a literal, so that harmless text gets the ids it would get in any
    other client. Without known literals every template run is special.
    """
    if not literals:
        return tuple(
            Piece(run.text, run.template, run.image) for run in runs if run.text or run.image
        )
    longest_first = sorted(literals, key=len, reverse=True)
    literal = re.compile(f"({'|'.join(map(re.escape, longest_first))})")
    pieces: list[Piece] = []
    plain: list[str] = []

    def flush() -> None:
        parts = split_literals("".join(plain), literals)
        pieces.extend(Piece(part, special=False) for part in parts)
        plain.clear()

    for run in runs:
        if run.image:
            flush()
            pieces.append(Piece("", special=False, image=run.image))
        elif not run.template:
            plain.append(run.text)
        else:
            # Odd places of a split by a captured pattern are what the pattern matched.
            for place, part in enumerate(literal.split(run.text)):
                if place % 2:
                    flush()
                    pieces.append(Piece(part, special=True))
                elif part:
                    plain.append(part)
    flush()
    return tuple(pieces)
