"""What the proof found, for a person and for scripts."""

from dataclasses import dataclass, field
from typing import Literal

from inhouse.proof.trace import LOCAL, OF_SANDBOX, ROLES, Calls, Role, leaks_of
from inhouse_tools.json_value import JsonValue

Verdict = Literal["proven", "in part", "not proven"]
MEANING: dict[Verdict, str] = {
    "proven": "a whole task ran without a network, and no part of it opened a way off this machine",
    "in part": "the task ran, but not all could be looked at, or not all is denied by the kernel",
    "not proven": "see what is said above",
}


@dataclass(frozen=True, slots=True)
class Way:
    """A way to look, and its control: what shows that it would have seen a connection.

    `used` says whether the task was looked at so, `text` what the control showed or what lacks.
    """

    name: Literal["strace", "empty network"]
    used: bool
    text: str


@dataclass(frozen=True, slots=True)
class Task:
    """How the task went: its ending, what the model changed, seconds."""

    ending: str
    text: str
    changed: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def completed(self) -> bool:
        """Whether a model worked on it to an end of its own or to the limit of its answers."""
        return self.ending in ("success", "failed", "blocked", "limit")


@dataclass(frozen=True, slots=True)
class Proof:
    """Everything that was found; `calls` is empty without strace."""

    model: str
    ways: tuple[Way, ...]
    task: Task
    calls: dict[Role, Calls] = field(default_factory=dict[Role, Calls])

    @property
    def leaks(self) -> list[str]:
        """What could have left the machine."""
        return leaks_of(self.calls) if self.calls else []

    @property
    def verdict(self) -> Verdict:
        """What has been shown."""
        used = [way.used for way in self.ways]
        if not self.task.completed or self.leaks or not any(used):
            return "not proven"
        if self.calls and not all(self.calls[role].filtered for role in ("front end", "engine")):
            return "in part"
        return "proven" if all(used) else "in part"

    def encode(self) -> dict[str, JsonValue]:
        """The proof as JSON."""
        return {
            "verdict": self.verdict,
            "model": self.model,
            "ways": [{"name": way.name, "used": way.used, "text": way.text} for way in self.ways],
            "task": {
                "ending": self.task.ending,
                "text": self.task.text,
                "files_changed": list(self.task.changed),
                "seconds": round(self.task.seconds, 1),
            },
            "calls": {
                role: {
                    "sockets": dict(calls.sockets),
                    "refused": dict(+calls.refused),
                    "connections": dict(calls.connections),
                    "filtered": calls.filtered,
                }
                for role, calls in self.calls.items()
            },
            "leaks": list(self.leaks),
        }

    def rows(self) -> list[list[str]]:
        """The proof as rows of a table."""
        rows = [["ok" if way.used else "missing", way.name, way.text] for way in self.ways]
        ran = f"{self.task.ending} with {self.model}, {self.task.seconds:.0f} s"
        changed = f"; changed {', '.join(self.task.changed)}" if self.task.changed else ""
        text = f": {self.task.text}" if not self.task.completed else ""
        rows.append(["ok" if self.task.completed else "missing", "task", f"{ran}{changed}{text}"])
        if self.calls:
            rows += [[self._state(role), role, describe(role, self.calls[role])] for role in ROLES]
        rows.append([self.verdict, "nothing leaves", self._conclusion()])
        return rows

    def _state(self, role: Role) -> str:
        return "LEAK" if any(leak.startswith(f"{role}:") for leak in self.leaks) else "ok"

    def _conclusion(self) -> str:
        return "; ".join(self.leaks) if self.leaks else MEANING[self.verdict]


def describe(role: Role, calls: Calls) -> str:
    """The calls of one part in a line: sockets on this machine, and all others."""
    foreign = calls.foreign(LOCAL)
    others = ", ".join(f"{name} {count}" for name, count in sorted(foreign.items())) or "0"
    text = f"sockets: {LOCAL} {calls.sockets[LOCAL]}, others {others}"
    refused = sum(calls.refused.values())
    if refused:
        text += f" ({refused} refused)"
    if role == "sandbox" and foreign.keys() == {OF_SANDBOX}:
        text += " (sets up loopback inside an empty network)"
    return f"{text}; denies itself others" if calls.filtered else text
