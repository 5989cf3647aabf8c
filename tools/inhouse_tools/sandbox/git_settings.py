"""What a repository's configuration makes git read or run from the project itself."""

import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MOST_BYTES = 200_000
_SETTING = re.compile(r"^\s*([A-Za-z][A-Za-z0-9-]*)\s*=\s*(.*?)\s*$", re.MULTILINE)
HOOKS, INCLUDED = "hookspath", "path"


@dataclass(frozen=True, slots=True)
class Named:
    """Paths that git obeys because its configuration names them. `hooks` are folders, `included`
    are further files of configuration; both may be missing. `programs` are files that exist."""

    hooks: tuple[Path, ...] = ()
    included: tuple[Path, ...] = ()
    programs: tuple[Path, ...] = ()


def named_by(config: Path, top: Path, base: Path) -> Named:
    """What a configuration file names below `base`; `top` is the folder of the working tree.

    More is read into the text than git does: every word that is a path is taken for one.
    """
    found: dict[str, list[Path]] = {HOOKS: [], INCLUDED: [], "": []}
    for key, value in _settings(config):
        start = config.parent if key == INCLUDED else top
        for word in _words(value):
            path = Path(os.path.normpath(start / word))
            if path in (base, top) or not path.is_relative_to(base):
                continue
            if key in (HOOKS, INCLUDED):
                found[key].append(path)
            elif _is_file(path):
                found[""].append(path)
    return Named(tuple(found[HOOKS]), tuple(found[INCLUDED]), tuple(found[""]))


def _settings(config: Path) -> Iterator[tuple[str, str]]:
    try:
        with config.open("rb") as file:
            text = os.fsdecode(file.read(MOST_BYTES))
    except OSError:
        return
    for key, value in _SETTING.findall(text):
        yield key.lower(), value


def _words(value: str) -> list[str]:
    """The words of a value; without the mark of a command, and of a home."""
    try:
        words = [value.strip('"'), *shlex.split(value.strip('"').removeprefix("!"))]
    except ValueError:
        words = [value, *value.replace('"', " ").split()]
    return [
        os.path.expanduser(word)  # noqa: PTH111 - Path.expanduser raises where there is no such user
        for word in dict.fromkeys(words)
        if word and "\0" not in word
    ]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False
