"""Text that arrives in pieces, joined when it is read."""


class GrowingText:
    """Adding takes the same time however long the text has become."""

    def __init__(self, text: str = "") -> None:
        self._pieces = [text] if text else []

    def add(self, piece: str) -> None:
        """Put it behind what there is."""
        self._pieces.append(piece)

    def __str__(self) -> str:
        """The whole."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""
