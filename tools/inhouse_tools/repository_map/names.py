"""What the use of a name says of where it leads: how much it is worth, and how sure it is."""

import re
from collections.abc import Iterator
from functools import lru_cache

from inhouse_tools.repository_map.content import LOCAL, MEMBER

COMPOUND_LENGTH = 8
COMPOUND_WORTH = 5.0
PROPER_LENGTH = 4
PROPER_WORTH = 3.0
MEMBER_WORTH = 0.1
PRIVATE_WORTH = 0.1
GUESSED = 0.2
"""So sure it is that a vague name means what stands in a file that is not imported."""
IMPORTING = frozenset({"javascript", "python", "rust"})
"""Families of languages in which nothing is known that is not imported."""
_COMPOUND = re.compile(r"[a-z0-9]_+[A-Za-z0-9]|[a-z][A-Z]|[A-Z0-9]_+[A-Z0-9]")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_A-Za-z]+")


def parts_of(name: str) -> Iterator[str]:
    """The words of a compound name in lower case: `read`, `file` of `readFile` and `READ_FILE`."""
    return (match[0].lower() for match in _PART.finditer(name))


def is_compound(name: str) -> bool:
    """Whether a name is made of several words, and long enough to be nobody else's."""
    return len(name) >= COMPOUND_LENGTH and _COMPOUND.search(name) is not None


@lru_cache(maxsize=100_000)
def certainty_of(name: str, family: str, standing: int) -> float:
    """How sure it is that a name means a definition in a file that is not imported."""
    if standing == LOCAL:
        return 0.0
    if not is_compound(name):
        return GUESSED if name.islower() or family in IMPORTING else 1.0
    return GUESSED if standing == MEMBER and family in IMPORTING else 1.0


def worth_of(name: str, rarity: float, standing: int) -> float:
    """What one use of a name says of where a file's meaning lies; `rarity` is 1 at most.

    A compound name is hardly ever used by accident. A plain word that many files use is as likely a
    variable, one that names a member may belong to anything, and a private name is not for others.
    """
    if is_compound(name):
        worth = COMPOUND_WORTH
    elif standing == MEMBER:
        worth = MEMBER_WORTH * rarity
    elif name[0].isupper() and len(name) >= PROPER_LENGTH:
        worth = PROPER_WORTH
    else:
        worth = rarity
    return worth * PRIVATE_WORTH if name.startswith("_") else worth
