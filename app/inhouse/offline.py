"""Cuts this process and the engine off from the network, by the kernel's refusal."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from inhouse_tools.runner.connection import present_runner
from inhouse_tools.runner.message import program

if TYPE_CHECKING:
    from inhouse.settings import Settings

ENFORCED: Final = "offline: enforced by the kernel, which refuses every connection off this machine"
SWITCHED_OFF: Final = "the setting offline is false"
NOTHING_YET: Final = "no local model was used yet"
NO_RUNNER: Final = "there is no process beside it that could start commands"
CLASH: Final = "offline is set, and {} is to answer: leave out one of them, offline or endpoint."
RESTART: Final = (
    "This inhouse has cut itself off from the network, since a local model answered. To use a "
    "server, leave and start: inhouse --endpoint {}"
)
NO_DOWNLOAD: Final = (
    "Nothing is downloaded while offline is set. Unset it (it stands in config.toml, "
    "INHOUSE_OFFLINE or --offline), or make a file known that you have: inhouse models add PATH"
)
CONFINED_PROGRAM: Final = ("-I", "-m", "inhouse_tools.sandbox.confine")


@dataclass(frozen=True, slots=True)
class Confinement:
    """Whether the kernel refuses this process all sockets but Unix ones, else why it does not."""

    enforced: bool
    reason: str = ""

    @property
    def label(self) -> str:
        """For a person."""
        return ENFORCED if self.enforced else f"not enforced by the kernel: {self.reason}"


_present = Confinement(enforced=False, reason=NOTHING_YET)


def present_confinement() -> Confinement:
    """What holds for this process now."""
    return _present


def confine(settings: "Settings") -> Confinement:
    """Cut this process off, unless the settings want the network. There is no way back."""
    global _present  # noqa: PLW0603 - it is the process that is confined
    if not _present.enforced:
        reason = _reason_against(settings) or _install()
        _present = Confinement(enforced=not reason, reason=reason)
    return _present


def unkept_promise(settings: "Settings") -> str:
    """What to say where offline was asked for and the kernel does not enforce it; else nothing."""
    if not settings.offline or _present.enforced:
        return ""
    return f"Offline is {_present.label}. inhouse itself opens no connection all the same."


def _host_of(address: str) -> str:
    """The host and port that an address names; all of it where it names none."""
    try:
        return urlsplit(address).netloc.rpartition("@")[2] or address
    except ValueError:
        return address


def _reason_against(settings: "Settings") -> str:
    """Why it is not even tried; empty when it is."""
    if settings.endpoint:
        host = _host_of(settings.endpoint)
        return f"what you say goes to {host}, and by what inhouse does to nobody else"
    if settings.offline is False:
        return SWITCHED_OFF
    if not sys.platform.startswith("linux"):
        return f"inhouse knows no way to do it on {sys.platform}"
    # Commands need what is denied here: the sandbox a socket of its own, a granted network all.
    return "" if present_runner() else NO_RUNNER


def _install() -> str:
    from inhouse_tools.sandbox.seccomp import filter_program, install

    return install(filter_program("other than unix")) or ""


def start_host(argv: Sequence[str], files: Mapping[int, int]) -> None:
    """Start an engine host from the runner, which can open no socket but Unix ones.

    Raises OSError. It is for a process that is confined itself.
    """
    runner = present_runner()
    if runner is None:
        raise OSError(NO_RUNNER)
    command = [sys.executable, *CONFINED_PROGRAM, *argv]
    wanted = program(command, "/", os.environ, tuple(files), lasting=True)
    runner.start_lasting(wanted, tuple(files.values()))
