"""One thing to do."""

from dataclasses import dataclass


@dataclass
class Item:
    """What is to be done, and whether it was."""

    text: str
    done: bool = False

    def to_json(self):
        """Return what is kept in the file."""
        return {"text": self.text, "done": self.done}

    @classmethod
    def from_json(cls, value):
        """Return the item of what was kept in the file."""
        return cls(value["text"], value["done"])
