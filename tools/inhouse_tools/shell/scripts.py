"""Files of the workspace that a command would run, and whether they are still the same."""

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inhouse_tools.shell.places import Ground
from inhouse_tools.shell.programs import SHELLS
from inhouse_tools.shell.words import Word
from inhouse_tools.shell.wrapping import program_of

MOST_BYTES: Final = 20_000_000
MOST_SCRIPTS: Final = 20
RUNS_FILE: Final = SHELLS | {
    "python", "pypy", "node", "nodejs", "deno", "bun", "perl", "ruby", "php", "lua", "luajit",
    "tclsh", "rscript", "julia", "osascript", "source", ".", "tsx", "ts-node",
}  # fmt: skip
NAMES_SCRIPT: Final = frozenset({"npm", "pnpm", "yarn", "bun"})
SCRIPT_VERBS: Final = frozenset(
    {"run", "run-script", "test", "t", "tst", "start", "stop", "restart", "build", "dev", "lint"}
)
RECIPES: Final[dict[str, tuple[str, ...]]] = {
    "make": ("GNUmakefile", "makefile", "Makefile"),
    "gmake": ("GNUmakefile", "makefile", "Makefile"),
    "just": ("justfile", "Justfile", ".justfile"),
    "task": ("Taskfile.yml", "Taskfile.yaml"),
    "tox": ("tox.ini",),
    "nox": ("noxfile.py",),
    "rake": ("Rakefile",),
    "gradle": ("build.gradle", "build.gradle.kts"),
    "ant": ("build.xml",),
    "docker-compose": ("docker-compose.yml", "compose.yaml"),
}


@dataclass(frozen=True, slots=True)
class Script:
    """A file that would run: its path, relative to the root where it is inside, and the sha256 of
    its bytes, empty when it is not there."""

    path: str
    sha256: str


def scripts_of(words: tuple[Word, ...], ground: Ground) -> Iterator[Script]:
    """The files inside of the workspace that a simple command would run."""
    if not words or not words[0].known:
        return
    program = program_of(words)
    if "/" in words[0].text:
        yield from _script(words[0].text, ground)
    named = [word.text for word in words[1:] if word.known]
    if program in RUNS_FILE:
        operand = next((text for text in named if not text.startswith("-")), "")
        if operand and "-c" not in named[: named.index(operand)]:
            yield from _script(operand, ground)
    verb = next(iter(named), "")
    if program == "yarn" or (program in NAMES_SCRIPT and verb in SCRIPT_VERBS):
        yield from _script("package.json", ground)
    recipes = RECIPES.get(program, ())
    chosen = [named[at + 1] for at, text in enumerate(named[:-1]) if text in {"-f", "--file"}]
    folder = next((named[at + 1] for at, text in enumerate(named[:-1]) if text == "-C"), ".")
    for name in [*chosen, *recipes]:
        yield from _script(f"{folder}/{name}", ground)


def _script(text: str, ground: Ground) -> Iterator[Script]:
    path = ground.path_of(text)
    if path is not None and path.is_file() and ground.standing(path) == "inside":
        yield Script(_name(path, ground.root), digest_of(path))


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def digest_of(path: Path) -> str:
    """The sha256 of a regular file, in hexadecimal; empty when there is none that can be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ""
    with os.fdopen(descriptor, "rb") as stream:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > MOST_BYTES:
            return ""
        return hashlib.sha256(stream.read(MOST_BYTES)).hexdigest()


def changed_scripts(scripts: Sequence[Script], root: Path) -> tuple[str, ...]:
    """The paths of those that are no longer what they were."""
    return tuple(one.path for one in scripts if digest_of(root / one.path) != one.sha256)
