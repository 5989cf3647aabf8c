"""What a session has cost so far: tokens, time by phase, tools and files, by turn and in all."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from inhouse_agent.events import (
    Answered,
    Asked,
    Compacted,
    Event,
    FileChanged,
    ToolEnded,
    TurnEnded,
    TurnStarted,
    UsageReported,
)
from inhouse_agent.journal import Entry, SessionProblem, read_journal
from inhouse_agent.session import list_sessions
from inhouse_models.chat import Timings, Usage


@dataclass(slots=True)
class Cost:
    """Sums over answers and calls; times in seconds.

    `waited` is how long questions waited for the person. `first_token` is what the first answer
    of a turn took until its first token, None where nothing was answered. `calls` and `failed`
    count by the tool's name.
    """

    usage: Usage = Usage()
    timings: Timings = Timings()
    answers: int = 0
    tools: float = 0.0
    waited: float = 0.0
    seconds: float = 0.0
    compactions: int = 0
    first_token: float | None = None
    calls: Counter[str] = field(default_factory=Counter[str])
    failed: Counter[str] = field(default_factory=Counter[str])
    files: set[str] = field(default_factory=set[str])

    @property
    def fresh(self) -> int:
        """Tokens that had to be read because they were not known before."""
        return self.usage.input_tokens - self.usage.cached_input_tokens

    @property
    def hits(self) -> float:
        """The share of the tokens in that were known already (0.0 to 1.0)."""
        total = self.usage.input_tokens
        return self.usage.cached_input_tokens / total if total else 0.0

    @property
    def writing_speed(self) -> float:
        """Tokens a second while answers were written; 0.0 when nothing was."""
        seconds = self.timings.write_seconds
        return self.usage.output_tokens / seconds if seconds > 0 else 0.0

    @property
    def reading_speed(self) -> float:
        """Tokens a second while prompts were read; 0.0 when nothing was."""
        seconds = self.timings.read_seconds
        return self.fresh / seconds if seconds > 0 else 0.0

    @property
    def phases(self) -> dict[str, float]:
        """Seconds by phase, the rest of a turn's time last."""
        timings = self.timings
        known = {
            "waiting for the engine": timings.queue_seconds,
            "reading": timings.read_seconds,
            "writing": timings.write_seconds,
            "tools": self.tools,
            "waiting for you": self.waited,
        }
        return {**known, "other": max(0.0, self.seconds - sum(known.values()))}

    def add(self, other: "Cost") -> None:
        """Takes another sum in; `first_token` stays, since times to a token make no sum."""
        self.usage += other.usage
        self.timings += other.timings
        self.answers += other.answers
        self.tools += other.tools
        self.waited += other.waited
        self.seconds += other.seconds
        self.compactions += other.compactions
        self.calls += other.calls
        self.failed += other.failed
        self.files |= other.files


@dataclass(slots=True)
class Figures:
    """A fold over the events of a session; `turns` are in their order, the last may be running."""

    turns: list[Cost] = field(default_factory=list[Cost])
    _asked: dict[str, float] = field(default_factory=dict[str, float])

    def note(self, event: Event, at: float) -> None:
        """Takes one event in, which came at `at` seconds of any clock."""
        turn = self.turns[-1] if self.turns else Cost()
        match event:
            case TurnStarted():
                self.turns.append(Cost())
            case UsageReported(usage, timings):
                if not turn.answers:
                    turn.first_token = timings.queue_seconds + timings.read_seconds
                turn.answers += 1
                turn.usage += usage
                turn.timings += timings
            case Asked(call_id):
                self._asked[call_id] = at
            case Answered(call_id):
                turn.waited += max(0.0, at - self._asked.pop(call_id, at))
            case ToolEnded():
                turn.tools += event.seconds
                turn.calls[event.name] += 1
                turn.failed[event.name] += event.failed
            case FileChanged(path):
                turn.files.add(path)
            case Compacted():
                turn.compactions += 1
            case TurnEnded():
                turn.seconds += event.seconds
            case _:
                pass

    @property
    def total(self) -> Cost:
        """All turns together; its `first_token` is the mean of theirs."""
        total = Cost()
        for turn in self.turns:
            total.add(turn)
        waits = [turn.first_token for turn in self.turns if turn.first_token is not None]
        total.first_token = sum(waits) / len(waits) if waits else None
        return total


def figures_of(entries: Iterable[Entry]) -> Figures:
    """The figures of a journal, branches that were left included: they were paid for, too."""
    figures = Figures()
    for entry in entries:
        figures.note(entry.event, _seconds(entry.at))
    return figures


def figures_of_folder(root: Path) -> list[Figures]:
    """The figures of all sessions of a folder, the oldest first; reads them all, so in a thread."""
    found: list[Figures] = []
    for one in reversed(list_sessions(root)):
        contents = read_journal(one.path)
        if not isinstance(contents, SessionProblem):
            found.append(figures_of(contents.entries))
    return found


def sum_of(all_figures: Iterable[Figures]) -> Figures:
    """Several sessions as one."""
    joined = Figures()
    for figures in all_figures:
        joined.turns += figures.turns
    return joined


def _seconds(at: str) -> float:
    """Seconds since the epoch; 0 for what is no time."""
    try:
        return datetime.fromisoformat(at).timestamp()
    except ValueError:
        return 0.0
