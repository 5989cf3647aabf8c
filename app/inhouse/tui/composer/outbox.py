"""Turns what stands in the editor into what is sent, and remembers it as it was written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from inhouse.tui.composer.chips import Written, fold
from inhouse.tui.composer.pictures import as_sent
from inhouse.tui.composer.sending import Command, Prompt, Shell, Unknown, mark_of, read_request
from inhouse_tools.refusal import Refusal

MOST_SENT: Final = 20


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request that can be done, and its images as data URLs."""

    request: Prompt | Shell | Command
    images: tuple[str, ...] = ()


class Outbox:
    """`commands` gives the names of the slash commands there are."""

    def __init__(self, commands: Callable[[], Sequence[str]]) -> None:
        self._commands = commands
        self._sent: dict[str, Written] = {}

    def mark_for(self, text: str) -> str:
        """What a text will be: "!", "/" or ">"."""
        return mark_of(text, self._commands())

    async def prepare(self, written: Written, told: str) -> Outgoing | Refusal | None:
        """What is to be sent; None for nothing, or why it cannot be.

        `told` is the text as the model would read it.
        """
        # What was pasted decides nothing: only what was typed in front of it does.
        typed = written.text[:1] in {"!", "/"}
        request = read_request(written.whole, self._commands()) if typed else Prompt(told)
        if written.blank or request == Shell(""):
            return None
        if isinstance(request, Unknown):
            return Refusal(request.advice)
        images = await as_sent(written.pictures)
        if isinstance(images, Refusal):
            return images
        match request:
            case Command(name, _):
                again = read_request(told, self._commands())
                arguments = again.arguments if isinstance(again, Command) else ""
                return Outgoing(Command(name, arguments))
            case Prompt():
                self._sent = {**dict([*self._sent.items()][-MOST_SENT:]), told: written}
                return Outgoing(Prompt(told), images)
            case Shell():
                return Outgoing(request)

    def as_written(self, told: str) -> Written:
        """A prompt that was sent, with its chips as far as they are remembered."""
        return self._sent.get(told) or fold(told)
