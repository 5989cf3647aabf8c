"""A field of one line without a frame, told by its ground; its cursor does not blink."""

from textual.suggester import Suggester
from textual.widgets import Input

from inhouse.sanitise import sanitise_line


class Field(Input):
    """`plain`: on the ground of what it stands in, such as a search above a list."""

    DEFAULT_CSS = """
    Field {
        border: none;
        height: 1;
        padding: 0 1;
        background: $panel;
        &.-plain { background: transparent; }
        &:focus { border: none; background-tint: transparent; }
    }
    """

    def __init__(
        self, placeholder: str = "", *, plain: bool = False, suggester: Suggester | None = None
    ) -> None:
        super().__init__(placeholder=placeholder, suggester=suggester)
        self.cursor_blink = False
        self.set_class(plain, "-plain")

    def validate_value(self, value: str) -> str:
        """What is pasted or filled in is shown as it is, so it must not steer the terminal."""
        return sanitise_line(value)

    def named(self, name: str) -> "Field":
        """The same field, with an id."""
        self.id = name
        return self
