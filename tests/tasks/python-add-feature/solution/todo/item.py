"""One thing to do."""

from dataclasses import dataclass

PRIORITIES = ("high", "normal", "low")


@dataclass
class Item:
    """What is to be done, whether it was, and one of PRIORITIES."""

    text: str
    done: bool = False
    priority: str = "normal"

    def to_json(self):
        """Return what is kept in the file."""
        return {"text": self.text, "done": self.done, "priority": self.priority}

    @classmethod
    def from_json(cls, value):
        """Return the item of what was kept in the file; old files have no priorities."""
        return cls(value["text"], value["done"], value.get("priority", "normal"))
