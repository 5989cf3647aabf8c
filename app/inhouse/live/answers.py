"""Finds answers of the model in a conversation."""

import re
from collections.abc import Sequence
from typing import Final

from inhouse_models.chat import Message

FENCED: Final = re.compile(
    r"^ {0,3}(?P<fence>`{3,}|~{3,})[^\n]*\n(?P<code>.*?)^ {0,3}(?P=fence)[`~]*[ \t]*$",
    re.MULTILINE | re.DOTALL,
)


def answer_from_end(history: Sequence[Message], number: int) -> str:
    """The text of the answer that is so many from the end, 1 for the last; empty without one."""
    texts = [
        message.text for message in history if message.role == "assistant" and message.text.strip()
    ]
    return texts[-number] if 1 <= number <= len(texts) else ""


def last_code(text: str) -> str:
    """The last fenced block of a text, without its fences; empty without one."""
    blocks = [match["code"] for match in FENCED.finditer(text)]
    return blocks[-1] if blocks else ""
