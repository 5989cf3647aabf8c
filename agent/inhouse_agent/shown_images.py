"""How many images a conversation may show: an engine takes a bounded number of them."""

from collections.abc import Sequence
from typing import Final

from inhouse_models.chat import Message

MOST_IMAGES: Final = 32
"""Half of what our own engine takes, so that the person's own images have room as well."""
TOO_MANY: Final = (
    "\n[Not shown: this conversation shows {} images already, which is the most. "
    "Go on with what you have seen.]"
)


def tool_message(
    call_id: str, text: str, images: tuple[str, ...], history: Sequence[Message]
) -> Message:
    """The message that answers a call, with its images where the history has room for them."""
    shown = {image for message in history for image in message.images}
    if len(shown.union(images)) > MOST_IMAGES:
        return Message("tool", text + TOO_MANY.format(len(shown)), answers=call_id)
    return Message("tool", text, images, answers=call_id)
