"""What holds a command back, as a value that tools pass around."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from inhouse_tools.sandbox import bubblewrap
from inhouse_tools.sandbox.limits import Limits, limits_for
from inhouse_tools.sandbox.network import Network

Kind = Literal["bubblewrap", "landlock", "seatbelt", "none", "off"]
Held = Literal["full", "partial", "none", "off"]


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What holds a command back. `label` says it to a person.

    `full`: all that is promised was seen to hold here, so that commands need not ask. "none": there
    is no boundary on this machine. "off": the person chose none. The other kinds let commands write
    in `writable` and `caches` only (absolute, resolved), but not to what is protected in
    `writable`. `env_files` shows the files named .env. With `reading` a command writes in `caches`
    only: for what runs as long as a session.
    """

    kind: Kind
    label: str
    full: bool = False
    program: str = ""
    flags: tuple[str, ...] = ()
    writable: tuple[Path, ...] = ()
    caches: tuple[Path, ...] = ()
    env_files: bool = False
    reading: bool = False
    limits: Limits = field(default_factory=limits_for)

    @staticmethod
    def none(reason: str) -> "Sandbox":
        """No boundary, and why."""
        return Sandbox("none", f"no sandbox: {reason}")

    @staticmethod
    def off() -> "Sandbox":
        """No boundary because the person switched it off."""
        return Sandbox("off", "sandbox off: commands may do anything you may")

    @property
    def holds(self) -> bool:
        """Whether there is a boundary at all."""
        return self.kind not in ("none", "off")

    @property
    def held(self) -> Held:
        """How much a command is held back, in one word."""
        match self.kind:
            case "none" | "off":
                return self.kind
            case _:
                return "full" if self.full else "partial"

    def wrap(self, argv: Sequence[str], network: Network = Network.none()) -> tuple[str, ...]:  # noqa: B008 - a frozen value
        """The command that runs `argv` inside the boundary, in the first writable folder.

        Where the boundary cannot be held just now it is a command that only says why.
        """
        match self.kind:
            case "bubblewrap":
                return bubblewrap.wrap(self, argv, network)
            case "landlock":
                from inhouse_tools.sandbox import landlock

                return landlock.wrap(self._open, argv, network, self.limits, self._shown)
            case "seatbelt":
                from inhouse_tools.sandbox import macos

                return macos.wrap(self._open, argv, network, self.limits, self._shown)
            case _:
                return tuple(argv)

    @property
    def _open(self) -> tuple[Path, ...]:
        return self.caches if self.reading else (*self.writable, *self.caches)

    @property
    def _shown(self) -> tuple[Path, ...]:
        return self.writable if self.reading else ()
