"""The three output formats of one-shot: text, json and stream-json."""

import sys
from dataclasses import dataclass, field
from typing import Protocol, TextIO

from inhouse.output.result import Result, encode_line
from inhouse.sanitise import sanitise, sanitise_for
from inhouse_agent.codec import encode
from inhouse_agent.events import Event


class Output(Protocol):
    """Takes every event of a run, and its result at the end."""

    def show(self, event: Event) -> None:
        """Take one event; cheap and synchronous."""
        ...

    def finish(self, result: Result) -> None:
        """Take the result; nothing comes after it."""
        ...


@dataclass(frozen=True, slots=True)
class TextOutput:
    """The final answer on `out`, and on `complaints` why there is none."""

    out: TextIO = field(default_factory=lambda: sys.stdout)
    complaints: TextIO = field(default_factory=lambda: sys.stderr)

    def show(self, event: Event) -> None:
        """Events are not part of the answer."""

    def finish(self, result: Result) -> None:
        """Write the answer; a pipe gets its very characters, a terminal gets them made safe."""
        if result.ending in ("success", "failed", "blocked"):
            text = sanitise_for(self.out, result.text)
            self.out.write(text if text.endswith("\n") else text + "\n")
        else:
            reason = result.error.text if result.error else result.text
            if result.ending == "interrupted" and result.session:
                reason += f" Session {result.session} is kept; go on with: inhouse -c"
            self.complaints.write(f"inhouse: {sanitise(reason)}\n")
        self.out.flush()


@dataclass(frozen=True, slots=True)
class JsonOutput:
    """One result object."""

    out: TextIO = field(default_factory=lambda: sys.stdout)

    def show(self, event: Event) -> None:
        """Events are not part of the result."""

    def finish(self, result: Result) -> None:
        """Write the result object."""
        self.out.write(encode_line(result.encode()))
        self.out.flush()


@dataclass(frozen=True, slots=True)
class StreamJsonOutput:
    """One event a line as it happens; the last line is the result object."""

    out: TextIO = field(default_factory=lambda: sys.stdout)

    def show(self, event: Event) -> None:
        """Write the event now: whoever reads the stream waits for it."""
        self.out.write(encode_line(encode(event)))
        self.out.flush()

    def finish(self, result: Result) -> None:
        """Write the result object."""
        self.out.write(encode_line(result.encode()))
        self.out.flush()


@dataclass(frozen=True, slots=True)
class Both:
    """Two outputs that take the same events: progress and the answer."""

    first: Output
    second: Output

    def show(self, event: Event) -> None:
        """Show it in both."""
        self.first.show(event)
        self.second.show(event)

    def finish(self, result: Result) -> None:
        """Finish both, in order."""
        self.first.finish(result)
        self.second.finish(result)
