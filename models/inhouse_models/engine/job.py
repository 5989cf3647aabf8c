"""What the engine thread is asked to do, and the steps it reports."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from inhouse_models.chat import Chance, Doubt, ModelError, Reason, Sampling, Timings, Usage
from inhouse_models.engine.beginning import Beginning
from inhouse_models.engine.picture import Picture
from inhouse_models.engine.thought import ThoughtBudget

# From this priority on somebody waits with a finger on the key: others stand still meanwhile.
URGENT = 1


@dataclass(frozen=True, slots=True)
class Hold:
    """A grammar in llguidance's Lark dialect; with `trigger` it starts anew after that token."""

    lark: str
    trigger: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the prompt is read, in tokens."""

    cached: int
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Written:
    """One token of the answer, the text that became complete with it, and how likely it was."""

    token: int
    text: str
    chance: Chance | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Why the answer has to wait, in words for the person."""

    text: str


@dataclass(frozen=True, slots=True)
class Drafts:
    """Batches that wrote an answer, ids that were drafted in them, and how many were right."""

    steps: int = 0
    drafted: int = 0
    accepted: int = 0

    def __add__(self, other: "Drafts") -> "Drafts":
        return Drafts(
            self.steps + other.steps,
            self.drafted + other.drafted,
            self.accepted + other.accepted,
        )


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a job; `ids` are all ids of the answer, the resumed ones included."""

    reason: Reason
    ids: tuple[int, ...] = ()
    usage: Usage = Usage()
    timings: Timings = Timings()
    error: ModelError | None = None
    doubts: tuple[Doubt, ...] = ()
    drafts: Drafts = Drafts()


Step = Reading | Written | Held | Ended


@dataclass(slots=True)
class Job:
    """One answer to write. `emit` is called on the engine thread, `cancel` on any.

    `resume` are ids that the answer goes on after: those that it shall begin with, or that were
    written before the engine was lost. With `doubts` the end says where the model hesitated.
    `max_tokens` 0 only reads the prompt, ahead of time. Jobs of higher `priority` go first, and
    those below 0 stand back for all others. `pictures` are those that stand in the prompt.
    `references` are ids of files that the answer may copy from, for drafts. An answer begins with
    the bytes of its `beginning`. One that is `aside` runs beside the conversations, and its state
    is not saved; `marks` are lengths of its prompt to come back to. With `chances` every token
    comes with its own and that of so many others. `wake` hears of a cancellation.
    """

    prompt: tuple[int, ...]
    emit: Callable[[Step], None]
    sampling: Sampling = Sampling()
    max_tokens: int | None = None
    hold: Hold | None = None
    resume: tuple[int, ...] = ()
    doubts: bool = False
    priority: int = 0
    thinking: ThoughtBudget | None = None
    pictures: tuple[Picture, ...] = ()
    references: tuple[tuple[int, ...], ...] = ()
    beginning: Beginning | None = None
    aside: bool = False
    marks: tuple[int, ...] = ()
    chances: int | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)
    wake: Callable[["Job"], None] = lambda _job: None
    queued_at: float = 0.0

    def cancel(self) -> None:
        """Stop at the next token or chunk, or at once where that is possible."""
        self.cancelled.set()
        self.wake(self)
