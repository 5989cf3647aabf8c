"""One thing the composer has to say, above its frame."""

from textual.widgets import Static

from inhouse.tui import text


class Note(Static):
    """A sentence that stays until it is hidden."""

    DEFAULT_CSS = """
    Note {
        display: none;
        height: auto;
        padding: 0 2;
        color: $text-muted;
        &.-shown { display: block; }
        &.-warning { color: $text-warning; }
    }
    """

    about = ""

    def say(self, content: str, *, about: str, warning: bool = False) -> None:
        """Show this instead; it is `about` a text in the editor."""
        self.about = about
        self.update(text.line(content))
        self.set_class(warning, "-warning")
        self.add_class("-shown")

    def hide_unless(self, *, about: str) -> None:
        """Hide it when the text is another one by now."""
        if self.about != about:
            self.remove_class("-shown")
