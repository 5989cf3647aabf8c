"""Reads an answer token by token: thinking, text and calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from inhouse_models.chat import Message, Text, Thinking, ToolCall, ToolSpec
from inhouse_models.formats.call_format import CLOSE, OPEN, CallFormat
from inhouse_models.formats.family import FormName
from inhouse_models.formats.fenced import FencedFormat
from inhouse_models.formats.hermes import HermesFormat
from inhouse_models.formats.xml import XmlFormat

AnswerPart = Text | Thinking | ToolCall
Section = Literal["text", "thinking", "call"]

THINK_OPEN = "<think>"
THINK_CLOSE = "</think>"

FORMATS: Mapping[FormName, CallFormat] = {
    "hermes": HermesFormat(),
    "xml": XmlFormat(),
    "fenced": FencedFormat(),
}


@dataclass(frozen=True, slots=True)
class SpecialTokens:
    """The ids of the marks in an answer; None where the vocabulary has no such token."""

    call_open: int | None = None
    call_close: int | None = None
    think_open: int | None = None
    think_close: int | None = None


class AnswerParser:
    """Turns generated tokens into parts and, at the end, into a message.

    A mark that is one token of the vocabulary counts only as that id: the same characters in
    ordinary tokens stay text. A mark that is no token is found by its characters. White space
    around thinking, text and calls belongs to none of them.
    """

    def __init__(
        self,
        form: FormName,
        specials: SpecialTokens,
        *,
        thinking_open: bool,
        tools: Sequence[ToolSpec] = (),
        first_call: int = 1,
    ) -> None:
        self._format = FORMATS.get(form)
        self._tools = tools
        self._next_call = first_call
        self._section: Section = "thinking" if thinking_open else "text"
        marks = {THINK_OPEN: specials.think_open, THINK_CLOSE: specials.think_close}
        if self._format:
            marks |= {OPEN: specials.call_open, CLOSE: specials.call_close}
        self._marks_by_id = {number: mark for mark, number in marks.items() if number is not None}
        self._spelled_marks = [mark for mark, number in marks.items() if number is None]
        self._pending: str = ""  # text that may be the start of a spelled mark
        self._space: str = ""  # white space that counts only if something follows it
        self._begun = False  # whether this section has had anything but white space
        self._call: str = ""
        self._texts: list[str] = []
        self._thoughts: list[str] = []
        self._calls: list[ToolCall] = []

    def feed(self, token: int, text: str) -> list[AnswerPart]:
        """The parts that this token completes. Tokens that end a turn are not fed."""
        mark = self._marks_by_id.get(token)
        if mark is not None:
            return [*self._take(self._release()), *self._cross(mark, text or mark)]
        self._pending += text
        parts: list[AnswerPart] = []
        while found := self._find_mark():
            place, spelled = found
            before, self._pending = self._pending[:place], self._pending[place + len(spelled) :]
            parts += [*self._take(before), *self._cross(spelled, spelled)]
        kept = self._held_back()
        ready = self._pending[: len(self._pending) - kept]
        self._pending = self._pending[len(ready) :]
        return parts + self._take(ready)

    def close(self, cut: bool = False) -> list[AnswerPart]:
        """The parts left when the answer ends. A call that the model left open is among them, for
        the agent to answer; one that was `cut` off is not, since it was never meant so."""
        parts = self._take(self._release())
        if self._section == "call" and not cut:
            parts += self._end_call()
        return parts

    def message(self) -> Message:
        """The whole answer so far."""
        return Message(
            role="assistant",
            text="".join(self._texts),
            thinking="".join(self._thoughts),
            calls=tuple(self._calls),
        )

    def _release(self) -> str:
        text, self._pending = self._pending, ""
        return text

    def _find_mark(self) -> tuple[int, str] | None:
        found = [(self._pending.find(mark), mark) for mark in self._spelled_marks]
        return min(((place, mark) for place, mark in found if place >= 0), default=None)

    def _held_back(self) -> int:
        """How many last characters may be the start of a spelled mark."""
        return max(
            (
                length
                for mark in self._spelled_marks
                for length in range(1, len(mark))
                if self._pending.endswith(mark[:length])
            ),
            default=0,
        )

    def _take(self, text: str) -> list[AnswerPart]:
        """Add text to the section it stands in."""
        if self._section == "call":
            self._call += text
            return []
        text = self._space + text if self._begun else text.lstrip()
        shown = text.rstrip()
        self._space = text[len(shown) :]
        if not shown:
            return []
        said = self._thoughts if self._section == "thinking" else self._texts
        if said and not self._begun:
            shown = "\n\n" + shown
        self._begun = True
        if self._section == "thinking":
            self._thoughts.append(shown)
            return [Thinking(shown)]
        self._texts.append(shown)
        return [Text(shown)]

    def _cross(self, mark: str, text: str) -> list[AnswerPart]:
        """Pass a mark; one that makes no sense where it stands is text."""
        match self._section, mark:
            case ("text", _) if mark == OPEN:
                return self._enter("call")
            case ("call", _) if mark == CLOSE:
                parts = self._end_call()
                return parts + self._enter("text")
            case ("text", _) if mark == THINK_OPEN:
                return self._enter("thinking")
            case ("thinking", _) if mark == THINK_CLOSE:
                return self._enter("text")
            case ("thinking", _) if mark == OPEN:
                return self._enter("call")
            case _:
                return self._take(text)

    def _enter(self, section: Section) -> list[AnswerPart]:
        self._section = section
        self._begun = False
        self._space = ""
        self._call = ""
        return []

    def _end_call(self) -> list[AnswerPart]:
        """The call that was read. What cannot be read goes on raw, for the agent to answer."""
        if self._format is None:
            return []
        call = self._format.read(self._call, self._tools)
        name = call.name if call else self._format.name(self._call)
        arguments = call.arguments if call else self._call.strip()
        made = ToolCall(f"call-{self._next_call}", name, arguments)
        self._next_call += 1
        self._calls.append(made)
        return [made]
