"""Where an escape sequence of a terminal ends, seen from its beginning."""

from typing import Final

ESC: Final = "\x1b"
BELL: Final = "\x07"
STRING_END: Final = "\x1b\\"
# Longer ones are no answers to anything that is asked.
MOST_CHARACTERS: Final = 4096
# What a string that is an answer goes on with; other ones are Alt with a key, and then a key.
ANSWERS: Final = {"]": "0123456789", "P": "!>01$", "_": "G"}


def is_open(sequence: str) -> bool:
    """Whether more may belong to what begins with ESC, or with ESC twice."""
    body = sequence.lstrip(ESC)
    if not body:
        return len(sequence) < 3
    kind, rest = body[0], body[1:]
    if kind == "[":
        return _is_open_control(rest)
    if kind == "O":
        return not rest or rest.isdecimal()
    if kind in ANSWERS and len(sequence) - len(body) == 1:
        return _is_open_string(kind, rest)
    return False


def _is_open_control(rest: str) -> bool:
    """What follows `ESC [`: parameters, until a letter or a sign ends it."""
    if rest[:1] == "[":
        # The function keys of the Linux console.
        return len(rest) < 2
    if rest[:1] == "M":
        # An old report of the mouse.
        return len(rest) < 4
    return not rest or " " <= rest[-1] < "@"


def _is_open_string(kind: str, rest: str) -> bool:
    if rest[:1] and rest[0] not in ANSWERS[kind]:
        return False
    return len(rest) < MOST_CHARACTERS and not rest.endswith((BELL, STRING_END))


def is_string(sequence: str) -> bool:
    """Whether it is an answer in words, in which an ESC begins the end."""
    return sequence[1:2] in ANSWERS and sequence[2:3] != "" and is_open(sequence)
