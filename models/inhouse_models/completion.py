"""Filling in code at a cursor: what is asked, what comes back, and who answers."""

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from inhouse_models.chat import ModelError

Extent = Literal["line", "block", "any"]
CompletionReason = Literal["stop", "length", "budget", "cancelled", "error"]


@dataclass(frozen=True, slots=True)
class ContextFile:
    """Text that stands elsewhere: a file, or a part of one."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Budget:
    """Milliseconds: for all of it, for reading the prompt, and for writing (which ends only behind
    the first line). None is no limit."""

    whole: int | None = None
    read: int | None = None
    write: int | None = None


@dataclass(frozen=True, slots=True)
class StopRule:
    """Where a completion ends beside the end that the model sets.

    `extent` "line": with the first line. "block": before a line that stands further out than the
    cursor's one does, or as far behind an inner block; `indent` is that column, None to look at
    the text. "any": nowhere. `texts` end it wherever they come up, and are left out.
    """

    extent: Extent = "block"
    indent: int | None = None
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """What stands before and after the cursor of `file`, and what may help.

    `files` come in an order in which what changes rarely stands first: what is the same as last
    time is not read again, up to the first difference. `max_tokens` 0 only reads, ahead of time.
    `editor` names who asks: a newer request of the same one ends the older at its next token.
    """

    prefix: str
    suffix: str = ""
    file: str = ""
    files: tuple[ContextFile, ...] = ()
    repository: str = ""
    max_tokens: int = 64
    budget: Budget = Budget()
    candidates: int = 1
    stop: StopRule = StopRule()
    editor: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One text for the cursor, and how many tokens were written for it."""

    text: str
    tokens: int = 0
    reason: CompletionReason = "stop"


@dataclass(frozen=True, slots=True)
class Completion:
    """What came of a request; `candidates` are different texts, the likeliest first.

    Of the prompt `cached` tokens were known and `read` were read. Times are in seconds.
    """

    candidates: tuple[Candidate, ...] = ()
    cached: int = 0
    read: int = 0
    read_seconds: float = 0.0
    write_seconds: float = 0.0
    truncated: bool = False

    @property
    def text(self) -> str:
        """The likeliest text."""
        return self.candidates[0].text if self.candidates else ""

    @property
    def tokens(self) -> int:
        """Tokens that were written for all candidates."""
        return sum(one.tokens for one in self.candidates)

    @property
    def reason(self) -> CompletionReason:
        """How the likeliest one ended."""
        return self.candidates[0].reason if self.candidates else "cancelled"


@runtime_checkable
class CompletionClient(Protocol):
    """A model that fills in. Closing the waiting task cancels the request."""

    async def complete(self, request: CompletionRequest) -> Completion | ModelError:
        """The completion, or why there is none."""
        ...

    async def close(self) -> None:
        """Give back what is held."""
        ...
