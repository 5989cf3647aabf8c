"""Runs the command that replaces llama.cpp, and looks afterwards whether it did."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from inhouse_models.backends.decision import Way, name_of
from inhouse_models.backends.installed import ASK, Installed, InstalledFault, ask_installed
from inhouse_models.backends.installer import Installer
from inhouse_models.host.process import run_program
from inhouse_models.transfer import Progress

_KEPT_LINES = 40
# As ninja counts its steps.
_STEP = re.compile(r"\[(\d{1,6})/(\d{1,6})\]")
# Settings of pip and uv that would bring another package, or put it elsewhere; mirrors stay.
_FOREIGN = frozenset(
    f"{program}_{setting}"
    for program in ("PIP", "UV")
    for setting in (
        "EXTRA_INDEX_URL",
        "FIND_LINKS",
        "NO_BINARY",
        "ONLY_BINARY",
        "TARGET",
        "PREFIX",
        "USER",
        "DRY_RUN",
    )
)


@dataclass(frozen=True, slots=True)
class Rebuild:
    """Everything that is run, in this order, for showing it before."""

    way: Way
    commands: tuple[tuple[str, ...], ...]

    @classmethod
    def plan(cls, way: Way, installer: Installer, version: str) -> "Rebuild":
        """The command for a way: the version stays what it is."""
        source = bool(way.cmake)
        command = installer.command(version, index=way.index, source=source)
        # The libraries first: a build that does not load is then never left behind.
        before = (installer.add(way.libraries),) if way.libraries else ()
        return cls(way, (*before, command))


@dataclass(frozen=True, slots=True)
class RebuildFault:
    """What went wrong, in a sentence, and the last lines that were said."""

    text: str
    lines: tuple[str, ...] = ()


async def rebuild(
    planned: Rebuild, progress: Progress, ask: tuple[str, ...] = ASK
) -> Installed | RebuildFault:
    """Run it and check that llama.cpp loads and has the backend.

    `progress` hears of every line, and of the steps of the compiler where there are any. The
    old build stays when nothing could be downloaded or compiled.
    """
    lines: list[str] = []

    def listen(line: str) -> None:
        if not line.strip():
            return
        lines.append(line.strip())
        del lines[:-_KEPT_LINES]
        step = _STEP.search(line)
        done, total = (int(step[1]), int(step[2])) if step else (0, 0)
        progress(done, total, line.strip())

    environment = {**clean_environment(os.environ), **planned.way.environment}
    for argv in planned.commands:
        try:
            code = await run_program(argv, listen, environment=environment)
        except OSError as error:
            return RebuildFault(f"{argv[0]} cannot be started: {error.strerror}")
        if code:
            text = f"the command ended with code {code}: {_reason(lines)}"
            return RebuildFault(text, tuple(lines))
    return await verify(planned.way, ask)


async def verify(way: Way, ask: tuple[str, ...] = ASK) -> Installed | RebuildFault:
    """What is installed now, when it loads and has the backend that was wanted."""
    now = await ask_installed(ask)
    if isinstance(now, InstalledFault):
        return RebuildFault(f"the new build is installed and does not work: {now.text}")
    if not now.has(way.backend):
        return RebuildFault(
            f"the new build has no {name_of(way.backend)} either: it has {', '.join(now.backends)}"
        )
    if now.wrong_amx:
        return RebuildFault(f"{now.wrong_amx} has compiled the AMX code of the new build as well")
    return now


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Without what would bring another package, or put it elsewhere."""
    return {name: value for name, value in environment.items() if name not in _FOREIGN}


def _reason(lines: list[str]) -> str:
    errors = [line for line in lines if "error" in line.lower()]
    if errors:
        return errors[-1]
    return lines[-1] if lines else "it said nothing"
