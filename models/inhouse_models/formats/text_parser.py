"""Reads an answer that is text and nothing else: no thinking, no calls, every space counts."""

from inhouse_models.chat import Text


class TextParser:
    """Stands in for an AnswerParser where a text is written on."""

    def feed(self, _token: int, text: str) -> list[Text]:
        """The text that this token completes."""
        return [Text(text)] if text else []

    def close(self, cut: bool = False) -> list[Text]:  # noqa: ARG002 - as an AnswerParser has it
        """Nothing is held back."""
        return []
