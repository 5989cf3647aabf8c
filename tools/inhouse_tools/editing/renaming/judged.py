"""What a rename does with one file."""

from dataclasses import dataclass

from inhouse_tools.syntax.tree import Span
from inhouse_tools.writing.changes import Opened


@dataclass(frozen=True, slots=True)
class Judged:
    """One file: the spans to rename, those in code that may be meant, and those of others.

    `parses` says that the grammar sees no fault in it. `also` are definitions that are renamed
    beside the symbol itself, `apart` those of the same name that are left.
    """

    opened: Opened
    spans: tuple[Span, ...]
    unclear: tuple[Span, ...] = ()
    others: tuple[Span, ...] = ()
    parses: bool = False
    also: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()

    def renamed(self, new: str) -> str:
        """The text with the new name."""
        source = self.opened.source
        pieces: list[bytes] = []
        at = 0
        for start, end in self.spans:
            pieces += [source[at:start], new.encode()]
            at = end
        return b"".join([*pieces, source[at:]]).decode("utf-8")
