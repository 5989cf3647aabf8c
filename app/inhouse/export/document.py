"""A session as a document: what was asked, said and done, in order, without its machinery."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from inhouse_agent.events import (
    Answered,
    Compacted,
    Ending,
    MessageAdded,
    Noticed,
    PlanProposed,
    ToolEnded,
    ToolStarted,
    TurnEnded,
    TurnStarted,
)
from inhouse_agent.plan_text import render_plan
from inhouse_models.chat import Message

if TYPE_CHECKING:
    from inhouse_agent.journal import Entry
    from inhouse_agent.session import Session


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the person asked, and when (ISO 8601, UTC)."""

    text: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What was said to the model while a turn ran, by the person or by inhouse."""

    text: str


@dataclass(frozen=True, slots=True)
class Thinking:
    """What the model thought before an answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model said, in Markdown."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call: one line that names it, the change as a unified diff or else what came out.

    `ended` is False for one that was cut off. `denied` is why it was not allowed.
    """

    title: str
    arguments: str = ""
    output: str = ""
    diff: str = ""
    failed: bool = False
    seconds: float = 0.0
    ended: bool = False
    denied: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan that the model handed in, in Markdown."""

    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the person was told."""

    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A turn is over: `text` is why, where it is no answer that stands above already."""

    ending: Ending
    text: str
    seconds: float
    answers: int
    input_tokens: int
    output_tokens: int
    files: tuple[str, ...]


Part = Prompt | Told | Thinking | Answer | Call | Plan | Notice | Ended


@dataclass(frozen=True, slots=True)
class Document:
    """A session that can be written down."""

    title: str
    id: str
    root: str
    model: str
    created: str
    parts: tuple[Part, ...]


def document_of(session: "Session") -> Document:
    """The branch of a session that counts now."""
    header = session.header
    return Document(
        session.title or f"Session {header.id}",
        header.id,
        header.root,
        header.model,
        header.created,
        tuple(parts_of(session.branch())),
    )


def parts_of(entries: "Iterable[Entry]") -> list[Part]:
    """What these entries come to; the texts of files that went along with a prompt are left out."""
    reading = _Reading()
    for entry in entries:
        reading.take(entry)
    return reading.parts


@dataclass(slots=True)
class _Reading:
    """The parts so far. `open` are the places of calls that have not ended, by id; `spoken` says
    that the model has answered in this turn: user messages before that are the prompt itself."""

    parts: list[Part] = field(default_factory=list[Part])
    open: dict[str, int] = field(default_factory=dict[str, int])
    spoken: bool = False

    def take(self, entry: "Entry") -> None:
        """The next entry."""
        match entry.event:
            case TurnStarted(prompt):
                self.open.clear()
                self.spoken = False
                self.parts.append(Prompt(prompt, entry.at))
            case MessageAdded(message):
                self._add_message(message)
            case ToolStarted() as started:
                self.open[started.call_id] = len(self.parts)
                self.parts.append(Call(started.title, started.arguments))
            case Answered(call_id, False, _, comment) if call_id in self.open:
                self._change(call_id, denied=comment or "the person said no")
            case ToolEnded() as ended:
                self._end_call(ended)
            case PlanProposed(plan):
                self.parts.append(Plan(render_plan(plan)))
            case Compacted(before, after):
                text = f"Summarised to make room: {before:,} tokens became {after:,}."
                self.parts.append(Notice(text))
            case Noticed(text):
                self.parts.append(Notice(text))
            case TurnEnded() as ended:
                self.parts.append(_ending(ended, self.parts))
            case _:
                pass

    def _add_message(self, message: Message) -> None:
        if message.role == "user" and self.spoken:
            self.parts.append(Told(message.text))
        if message.role != "assistant":
            return
        self.spoken = True
        if message.thinking.strip():
            self.parts.append(Thinking(message.thinking))
        if message.text.strip():
            self.parts.append(Answer(message.text))

    def _end_call(self, ended: ToolEnded) -> None:
        if ended.call_id not in self.open:
            return
        diff = ended.show.get("diff")
        self._change(
            ended.call_id,
            output=ended.text,
            diff=diff if isinstance(diff, str) and not ended.failed else "",
            failed=ended.failed,
            seconds=ended.seconds,
            ended=True,
        )
        del self.open[ended.call_id]

    def _change(self, call_id: str, **given: str | bool | float) -> None:
        place = self.open[call_id]
        self.parts[place] = replace(self.parts[place], **given)


def _ending(ended: TurnEnded, before: Sequence[Part]) -> Ended:
    said = next((part.text for part in reversed(before) if isinstance(part, Answer)), "")
    return Ended(
        ended.ending,
        "" if ended.text.strip() == said.strip() else ended.text,
        ended.seconds,
        ended.answers,
        ended.usage.input_tokens,
        ended.usage.output_tokens,
        ended.files_changed,
    )
