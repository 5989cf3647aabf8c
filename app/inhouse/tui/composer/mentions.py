"""The files that a text mentions with "@", and what they cost together."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from inhouse.tui.composer.sources import Cost

WORD: Final = re.compile(r"(?<![\w@])@([^\s@]+)")
BEHIND: Final = ".,;:!?)]}'\"`"


@dataclass(frozen=True, slots=True)
class Mentions:
    """Paths that were chosen from the list; others count when they are known files."""

    chosen: frozenset[str] = frozenset()

    def with_path(self, path: str) -> "Mentions":
        """One more that was chosen."""
        return Mentions(self.chosen | {path})

    def spans(self, text: str, known: Collection[str]) -> list[tuple[int, int, str]]:
        """Where files are mentioned: start of the "@", end, and the path."""
        found: dict[int, tuple[int, int, str]] = {}
        for match in WORD.finditer(text):
            word = match[1]
            path = word if word in known else word.rstrip(BEHIND)
            if path in known:
                found[match.start()] = (match.start(), match.start() + 1 + len(path), path)
        if self.chosen:
            # A path that was chosen may hold spaces.
            longest = sorted(self.chosen, key=len, reverse=True)
            paths = "|".join(re.escape(path) for path in longest)
            for match in re.finditer(rf"(?<![\w@])@({paths})(?![\w/-]|\.\w)", text):
                found[match.start()] = (match.start(), match.end(), match[1])
        return [found[start] for start in sorted(found)]

    def plain(self, text: str, known: Collection[str]) -> str:
        """The text as the model reads it: paths without their "@"."""
        for start, _, _ in reversed(self.spans(text, known)):
            text = text[:start] + text[start + 1 :]
        return text


def summary(paths: Sequence[str], costs: Mapping[str, Cost | None]) -> str:
    """What is mentioned, as in "2 files · 3,240 tokens"; "~" where a part is an estimate."""
    if not paths:
        return ""
    files = f"{len(paths)} file{'s' if len(paths) > 1 else ''}"
    told = [cost for path in paths if (cost := costs.get(path)) is not None]
    if not told:
        return files
    total = Cost(sum(one.tokens for one in told), all(one.exact for one in told))
    return f"{files} · {spell(total)}"


def spell(cost: Cost) -> str:
    """As in "1,204 tokens"."""
    unit = "token" if cost.tokens == 1 and cost.exact else "tokens"
    return f"{'' if cost.exact else '~'}{cost.tokens:,} {unit}"
