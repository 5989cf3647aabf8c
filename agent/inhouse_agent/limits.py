"""How long a turn may go on, in answers and in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """`max_turns` counts answers of the model, `timeout` is in seconds of a steady clock."""

    max_turns: int | None = 100
    timeout: float | None = None

    def reached(self, answers: int) -> str:
        """Why no further answer may be asked for, or nothing."""
        if self.max_turns is None or answers < self.max_turns:
            return ""
        return (
            f"Stopped after {answers} answers, the limit of --max-turns. "
            "Continue with `inhouse -c`, or allow more."
        )

    def timed_out(self) -> str:
        """What to say when the time is over."""
        return (
            f"Stopped after {self.timeout:g} seconds, the limit of --timeout. "
            "Continue with `inhouse -c`, or allow more."
        )
