"""Token ids of the files that an answer may copy from, so that they serve as drafts."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from inhouse_models.chat import Source

MOST_CHARACTERS = 200_000
"""Of all files together; a larger one would take longer to look through than it could save."""
MOST_KEPT = 64


class ReferenceStore:
    """Tokenises each text once, by its digest; the longest unused is forgotten first.

    Threads may share it.
    """

    def __init__(self, tokenise: Callable[[str, bool], Sequence[int]]) -> None:
        self._tokenise = tokenise
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[int, ...]] = OrderedDict()

    def ids_of(self, sources: Sequence[Source]) -> tuple[tuple[int, ...], ...]:
        """The ids of the first files that are small enough together."""
        room = MOST_CHARACTERS
        found: list[tuple[int, ...]] = []
        for source in sources:
            text = source.text or ""
            if not text or len(text) > room:
                continue
            room -= len(text)
            with self._lock:
                found.append(self._ids(source.digest, text))
        return tuple(found)

    def _ids(self, digest: str, text: str) -> tuple[int, ...]:
        ids = self._known.get(digest)
        if ids is None:
            ids = tuple(self._tokenise(text, False))
            self._known[digest] = ids
        self._known.move_to_end(digest)
        while len(self._known) > MOST_KEPT:
            self._known.popitem(last=False)
        return ids
