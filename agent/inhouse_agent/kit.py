"""What a turn works with: model, tools, permission, and the person in front."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from inhouse_agent.checking import Checking
from inhouse_agent.commit import TurnCommits
from inhouse_agent.events import Event, PlanChanged, TurnStarted
from inhouse_agent.limits import Limits
from inhouse_agent.memory import Memory
from inhouse_agent.open_files import OpenFiles
from inhouse_agent.permission import Policy
from inhouse_agent.profile import Profile
from inhouse_agent.terminals import Terminals
from inhouse_agent.verify import Verify
from inhouse_models.chat import CallForm, ModelClient, Sampling
from inhouse_tools.tool import Access, Tool, Workspace

if TYPE_CHECKING:
    from inhouse_tools.sandbox.network import Network

Emit = Callable[[Event], None]
COMPACT_AT: Final = 0.85


@dataclass(frozen=True, slots=True)
class Question:
    """A call that waits for a person's answer; `network` is what they may grant to it besides."""

    call_id: str
    name: str
    reason: str
    accesses: tuple[Access, ...]
    network: "Network | None" = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person, or a rule that stands for one, said; the model reads the comment. `network`
    is what this one call may reach."""

    allowed: bool
    by: str
    comment: str = ""
    network: "Network | None" = None


Ask = Callable[[Question], Awaitable[Answer]]


async def deny_asks(question: Question) -> Answer:
    """The `ask` of a front end without a person: what would be asked is denied."""
    return Answer(allowed=False, by="one-shot", comment=f"{question.reason}; nobody can be asked")


@dataclass(frozen=True, slots=True)
class Options:
    """What a person may choose for a session.

    `call_form` None is the profile's. `system_prompt` replaces the profile's. With `schema` the
    final answer is one JSON value. `session` is the id that the engine keeps its state under.
    `compact_at` is the share of the context above which a conversation is summarised, 0 for never.
    `map_tokens` bounds the repository map, 0 for none and None for the profile's choice.
    With `commits` the changes of each successful turn are committed.
    """

    session: str = ""
    call_form: CallForm | None = None
    sampling: Sampling | None = None
    think: bool | None = None
    think_budget: int | None = None
    max_tokens: int | None = None
    schema: Mapping[str, object] | None = None
    verify: Verify | None = None
    system_prompt: str = ""
    append_system_prompt: str = ""
    instructions: bool = True
    compact_at: float = COMPACT_AT
    map_tokens: int | None = None
    commits: TurnCommits | None = None


@dataclass(slots=True)
class Kit:
    """A front end may replace `policy` while a turn runs; the next call is judged by it.

    `inbox` holds what the person said into the running turn.

    `memory` belongs to the history: a resumed session gives both. `approved` are the scripts that
    commands ran, by path, with the sha256 that they had. `open_files` are those that the person
    has open where text may stand unsaved, `terminals` show them what commands write.
    """

    client: ModelClient
    tools: Mapping[str, Tool[Any]]
    workspace: Workspace
    policy: Policy
    ask: Ask
    emit: Emit
    profile: Profile
    limits: Limits = field(default_factory=Limits)
    options: Options = field(default_factory=Options)
    memory: Memory = field(default_factory=Memory)
    checking: Checking = field(default_factory=Checking)
    inbox: list[str] = field(default_factory=list[str])
    approved: dict[str, str] = field(default_factory=dict[str, str])
    open_files: OpenFiles | None = None
    terminals: Terminals | None = None

    async def steer(self, text: str) -> None:
        """Say something into a running turn: the answer ends at the next token and stays, and
        the model goes on with this behind it. A tool that runs is waited for."""
        self.inbox.append(text)
        await self.client.interrupt(self.options.session)

    def remember(self, event: TurnStarted | PlanChanged) -> None:
        """Emits an event that outlives a compaction."""
        self.memory.note(event)
        self.emit(event)
