"""Tries attacks as one user in one kind of boundary; `python -m` prints what came of each."""

import argparse
import asyncio
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from tests.tools.sandbox.attack import PRELUDE, SHELL_PRELUDE, Attack, Place
from tests.tools.sandbox.attacks import ATTACKS
from tests.tools.sandbox.attacks_of_corpus import of_corpus
from tests.tools.sandbox.attacks_on_git import ON_GIT
from tests.tools.sandbox.ground import SECRET_NAMES, Ground, ground, python_for_all
from tests.tools.sandbox.harm import harm, look, obey

from inhouse_tools import process
from inhouse_tools.refusal import Refusal
from inhouse_tools.sandbox import landlock, probe

Backend = Literal["bubblewrap", "landlock", "nothing"]
Boundary = Callable[[Sequence[str]], tuple[str, ...]]
User = Literal["root", "nobody"]
NOBODY = 65534
HARMLESS = Attack("nothing at all", ("git status; ls -la; echo new > file; mkdir -p folder",))
PLAIN_SHELL = ("/bin/bash", "--noprofile", "--norc", "-c")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attack: the harm that was seen, none when it was held."""

    attack: str
    backend: Backend
    user: str
    harm: tuple[str, ...]
    output: str


def become(user: User) -> None:
    """Go on as another user, for good; everything that is needed must have been imported."""
    if user == "nobody" and os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        # Where root's own interpreter lies in a closed home, a user has another.
        sys.executable = python_for_all()


def try_each(here: Ground, attacks: Sequence[Attack], backend: Backend) -> Iterator[Outcome]:
    """Try one attack after another; what nobody harmed need not be laid out anew."""
    untouched = False
    for attack in attacks:
        here.revive()
        here.prepare(attack.place, only_project=untouched and attack.place != "the home")
        outcome = attempt(here, attack, backend)
        untouched = not outcome.harm and attack.place != "the home" and not attack.before
        yield outcome


def attempt(here: Ground, attack: Attack, backend: Backend) -> Outcome:
    """Try one attack on a ground that is laid out, and look at the harm."""
    os.environ.update({**environment_of(here, attack.place), "LAB_BACKEND": backend})
    boundary = _found_once(backend, here.project(attack.place))
    if attack.before:
        asyncio.run(_run((*PLAIN_SHELL, attack.before), here.project(attack.place), 10.0))
    here.listeners.arrived()
    before = look(here, attack.place)
    output = ""
    for argv in _commands(attack):
        wrapped = boundary(argv)
        environment = dict(os.environ) if backend == "nothing" else None
        output += asyncio.run(
            _run(wrapped, here.project(attack.place), attack.seconds, environment)
        )
    if attack in ON_GIT:
        obey(here, attack.place)
    found = harm(here, attack.place, before, output)
    return Outcome(attack.name, backend, _name_of_user(), found, output[-2000:])


def environment_of(here: Ground, place: Place) -> dict[str, str]:
    """The environment of the agent that starts a command, with secrets that must not pass."""
    return {
        "HOME": str(here.home),
        "XDG_RUNTIME_DIR": str(here.folder / "run"),
        "SSH_AUTH_SOCK": here.listeners.paths["agent"],
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={here.listeners.paths['bus']}",
        **dict.fromkeys(SECRET_NAMES, here.secret),
        **here.environment(place),
    }


def _commands(attack: Attack) -> Iterator[tuple[str, ...]]:
    for text in attack.shell:
        yield (*PLAIN_SHELL, SHELL_PRELUDE + text)
    if attack.python:
        yield (python_for_all(), "-I", "-S", "-c", PRELUDE + attack.python)


@cache
def _found_once(backend: Backend, root: Path) -> Boundary:
    """A session looks for a boundary once, and then puts every command into it."""
    return asyncio.run(_boundary(backend, root))


async def _boundary(backend: Backend, root: Path) -> Boundary:
    """What puts a command inside, found as the agent finds it."""
    if backend == "nothing":
        return tuple
    if backend == "landlock":
        reason = await landlock.why_not((root,))
        if reason:
            raise SystemExit(f"no boundary to test, wanted landlock: {reason}")
        return lambda argv: landlock.wrap((root,), argv)
    found = await probe(root)
    if found.kind != backend:
        raise SystemExit(f"no boundary to test, wanted {backend}: {found.label}")
    return found.wrap


async def _run(
    argv: Sequence[str], cwd: Path, seconds: float, environment: dict[str, str] | None = None
) -> str:
    result = await process.run(argv, cwd=cwd, timeout=seconds, environment=environment)
    if isinstance(result, Refusal):
        return f"[refused: {result.text}]"
    return f"{result.output}[exit code {result.exit_code}]\n"


def _name_of_user() -> str:
    return "root" if os.geteuid() == 0 else f"user {os.geteuid()}"


def chosen(backend: Backend, names: Sequence[str] = ()) -> tuple[Attack, ...]:
    """The named ones, or all that prove something here: without a boundary, all without danger.

    "corpus" names all commands of the corpus.
    """
    if names:
        known = (*ATTACKS, *of_corpus(), HARMLESS)
        wanted = set(names)
        return tuple(a for a in known if wanted & {a.name, a.name.partition(" #")[0]})
    tried = ("anybody", "root") if os.geteuid() == 0 else ("anybody",)
    return tuple(a for a in ATTACKS if backend != "nothing" or a.control in tried)


def main(arguments: Sequence[str]) -> int:
    """Print one JSON object a line for every attack that was tried."""
    if platform.system() != "Linux":
        raise SystemExit("the laboratory needs Linux")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--user", choices=get_args(User), default="root")
    parser.add_argument("--backend", choices=get_args(Backend), default="bubblewrap")
    parser.add_argument("attacks", nargs="*", help="names; all by default")
    options = parser.parse_args(arguments)
    become(options.user)
    with ground() as here:
        for outcome in try_each(here, chosen(options.backend, options.attacks), options.backend):
            sys.stdout.write(json.dumps(asdict(outcome)) + "\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
