"""The texts of files that clients have sent, so that each is sent once."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from inhouse_models.chat import Source

MOST_CHARACTERS = 32_000_000


class SourceStore:
    """Texts by their digest, the longest unused dropped first. The host reads no file itself."""

    def __init__(self, most_characters: int = MOST_CHARACTERS) -> None:
        self._most = most_characters
        self._size = 0
        self._texts: OrderedDict[str, str] = OrderedDict()

    def complete(self, sources: Sequence[Source]) -> tuple[Source, ...] | None:
        """The sources with their texts; None when one is neither sent along nor kept."""
        for source in sources:
            if source.text is not None:
                self._keep(Source.of(source.name, source.text))
        found = tuple(replace(s, text=self._texts.get(s.digest)) for s in sources)
        for source in found:
            if source.text is None:
                return None
            self._texts.move_to_end(source.digest)
        self._shrink()
        return found

    def _keep(self, source: Source) -> None:
        """Under the digest of what was sent, whatever it was said to be."""
        text = source.text or ""
        if source.digest not in self._texts:
            self._texts[source.digest] = text
            self._size += len(text)

    def _shrink(self) -> None:
        while self._size > self._most and self._texts:
            _digest, text = self._texts.popitem(last=False)
            self._size -= len(text)
