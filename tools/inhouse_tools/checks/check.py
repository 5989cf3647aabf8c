"""What a check is: a linter, type checker, build or test run that somebody names."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Final, Literal

from inhouse_tools.places.file_pattern import FilePattern, file_pattern

Kind = Literal["lint", "types", "test", "build"]
When = Literal["edit", "end", "offered"]
Scope = Literal["files", "folders", "project"]

FILES: Final = "{files}"
"""An argument of its own that stands for the files to look at."""
FOLDERS: Final = "{folders}"
"""An argument of its own that stands for the folders of these files, as "./folder"."""


@dataclass(frozen=True, slots=True)
class Check:
    """A program that says what is wrong.

    `argv` begins with its name and may hold `{files}` or `{folders}`; without them it looks at the
    whole project. `files` are patterns of the files it concerns, none for every file. `source` is
    the file that names it, and `folder` where it runs; both are relative to the root, "" being the
    root itself. `program` is the absolute path of what is installed, "" for nothing. `when` it
    runs: after edits, at the end of a turn, or only when a person asks. `configured`: the person
    has set it up. `apart` are folders inside its own that have such a check themselves. `spelt`
    is the command for people where `argv` is more than that.
    """

    name: str
    kind: Kind
    argv: tuple[str, ...]
    files: tuple[str, ...] = ()
    source: str = ""
    folder: str = ""
    program: str = ""
    when: When = "offered"
    configured: bool = False
    apart: tuple[str, ...] = ()
    spelt: str = ""

    @property
    def scope(self) -> Scope:
        """What one run looks at."""
        if FILES in self.argv:
            return "files"
        return "folders" if FOLDERS in self.argv else "project"

    @property
    def line(self) -> str:
        """The command for people."""
        return self.spelt or " ".join(self.argv)

    def concerns(self, path: str) -> bool:
        """Whether a change of this file, relative to the root, may change what it says."""
        if not _inside(path, self.folder) or any(_inside(path, one) for one in self.apart):
            return False
        return not self.files or any(one.select([path]) for one in _patterns(self.files))

    def units(self, paths: Sequence[str]) -> tuple[str, ...]:
        """What a run has to look at when these files, relative to the root, change.

        Files or folders, relative to the root too, or "" for the whole project.
        """
        concerned = [path for path in paths if self.concerns(path)]
        if self.scope == "project":
            return ("",) if concerned else ()
        if self.scope == "files":
            return tuple(concerned)
        return tuple(dict.fromkeys(str(PurePosixPath(path).parent) for path in concerned))

    def command(self, units: Sequence[str]) -> tuple[str, ...]:
        """What is run in `folder` to look at these units."""
        names = [_relative(unit, self.folder) for unit in units]
        filled = {
            FILES: [_no_option(name) for name in names],
            FOLDERS: ["." if name == "." else f"./{name}" for name in names],
        }
        rest = [word for part in self.argv[1:] for word in filled.get(part, [part])]
        return (self.program or self.argv[0], *rest)


def _inside(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def _relative(path: str, folder: str) -> str:
    if path == folder:
        return "."
    return path.removeprefix(f"{folder}/") if folder else path


def _no_option(name: str) -> str:
    """A file called `-x` must not be read as an option."""
    return f"./{name}" if name.startswith("-") else name


@lru_cache(maxsize=128)
def _patterns(texts: tuple[str, ...]) -> tuple[FilePattern, ...]:
    found = (file_pattern(text) for text in texts)
    return tuple(pattern for pattern in found if pattern is not None)
