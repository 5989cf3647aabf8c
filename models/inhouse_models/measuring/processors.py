"""How fast the memory of a processor should be, by its name."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class KnownProcessor:
    """A family of processors; `bandwidth` in bytes a second. See processors.toml."""

    pattern: str
    bandwidth: int
    source: str


@cache
def known_processors() -> tuple[KnownProcessor, ...]:
    """The table. Raises on one that we wrote wrongly."""
    text = Path(__file__).with_name("processors.toml").read_text(encoding="utf-8")
    return tuple(KnownProcessor(**row) for row in tomllib.loads(text)["processor"])


def usual_bandwidth(name: str) -> int:
    """Bytes a second that its memory moves at least; 0 when not known."""
    found = (one for one in known_processors() if re.search(one.pattern, name))
    return next((one.bandwidth for one in found), 0)
