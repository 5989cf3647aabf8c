"""What of a session outlives every compaction: what the person asked, and the plan."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from inhouse_agent.events import Event, PlanChanged, TurnStarted


@dataclass(slots=True)
class Memory:
    """The prompts of a session in their order, and its plan as it stands: (step, state)."""

    prompts: list[str] = field(default_factory=list[str])
    plan: tuple[tuple[str, str], ...] = ()

    def note(self, event: Event) -> None:
        """Take one event; most say nothing that is kept here."""
        if isinstance(event, TurnStarted):
            self.prompts.append(event.prompt)
        elif isinstance(event, PlanChanged):
            self.plan = event.steps

    @property
    def open_plan(self) -> tuple[tuple[str, str], ...]:
        """The plan, as long as a step of it is not done."""
        return self.plan if any(state != "done" for _, state in self.plan) else ()


def memory_of(events: Iterable[Event]) -> Memory:
    """What these events leave in memory."""
    memory = Memory()
    for event in events:
        memory.note(event)
    return memory
