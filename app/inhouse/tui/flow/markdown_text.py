"""A widget for Markdown that may still be written."""

from inhouse.sanitise import sanitise
from inhouse.tui.flow.flow_text import FlowText
from inhouse.tui.flow.growing import GrowingMarkdown
from inhouse.tui.flow.markdown import parse


class MarkdownText(FlowText):
    """Markdown from anywhere: links are shown and not followed, nothing is fetched."""

    def __init__(self, text: str = "") -> None:
        super().__init__(parse(sanitise(text)).pieces)
        self._text = text
        self._source: GrowingMarkdown | None = None

    @property
    def text(self) -> str:
        """All that was written."""
        return self._text

    def write(self, text: str) -> None:
        """Add text at the end; it costs as much as the last paragraph, however long the whole."""
        if self._source is None:
            self._source = GrowingMarkdown()
            text = self._text + text
            self._text = ""
            self.show(())
        self._text += text
        settled = len(self._source.settled)
        self._source.append(text)
        self.grow(self._source.settled[settled:], self._source.growing)

    def finish(self, text: str) -> None:
        """Show this as the whole; what is there already stays."""
        exact = self._source is None or self._source.exact
        self._source = None
        if text != self._text or not exact:
            self._text = text
            self.show(parse(sanitise(text)).pieces)
