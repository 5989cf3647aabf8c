"""Patterns for file names, as people and models write them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from inhouse_tools.places.gitignore import Rules, rules_of

MAX_VARIANTS = 64


@dataclass(frozen=True, slots=True)
class FilePattern:
    """A pattern that is read as a line of an ignore file is, so that `*.py` means any folder.

    `lines` are its variants, one for each choice between braces. With `excludes` it began with `!`
    and all other files are meant.
    """

    lines: tuple[str, ...]
    rules: Rules
    excludes: bool = False
    ignores_case: bool = False

    def without_case(self) -> "FilePattern":
        """The same pattern for names in small and capital letters alike."""
        rules = rules_of(line.lower() for line in self.lines)
        return replace(self, rules=rules or self.rules, ignores_case=True)

    def select(self, names: Iterable[str]) -> list[str]:
        """Those of the paths that match, or that lie in a folder that does."""
        known: dict[str, bool] = {"": False}
        return [name for name in names if self._matches(name, known) != self.excludes]

    def _matches(self, name: str, known: dict[str, bool]) -> bool:
        path = name.lower() if self.ignores_case else name
        folder, _slash, last = path.rpartition("/")
        return self._matches_folder(folder, known) or bool(self.rules.verdict(path, last, False))

    def _matches_folder(self, folder: str, known: dict[str, bool]) -> bool:
        found = known.get(folder)
        if found is None:
            above, _slash, last = folder.rpartition("/")
            found = self._matches_folder(above, known) or bool(
                self.rules.verdict(folder, last, True)
            )
            known[folder] = found
        return found


def file_pattern(text: str) -> FilePattern | None:
    """A pattern such as `*.py`, `src/**/*.ts`, `*.{js,ts}` or `!*.md`; None when it is none."""
    written = text.strip()
    excludes = written.startswith("!")
    variants = [_plain(part) for part in _choices(written.removeprefix("!"))]
    lines = tuple(line for line in variants if line)
    rules = rules_of(lines)
    return FilePattern(lines, rules, excludes) if rules else None


def _plain(variant: str) -> str:
    """A variant as a line of an ignore file: nothing in it means a comment or an exception."""
    line = variant.removeprefix("./")
    if line in {".", "/"}:
        return "*"
    return f"\\{line}" if line.startswith(("#", "!")) else line


def _choices(pattern: str) -> list[str]:
    """`a.{b,c}` as `a.b` and `a.c`; braces may stand in braces. The first 64 of them."""
    found = [pattern]
    for _ in range(MAX_VARIANTS):
        opened = next((it for it in found if _braces(it)), None)
        if opened is None or len(found) >= MAX_VARIANTS:
            break
        start, commas, end = _braces(opened) or (0, [], 0)
        marks = [start, *commas, end]
        place = found.index(opened)
        found[place : place + 1] = [
            opened[:start] + opened[left + 1 : right] + opened[end + 1 :]
            for left, right in pairwise(marks)
        ]
    return found[:MAX_VARIANTS]


def _braces(pattern: str) -> tuple[int, list[int], int] | None:
    """The first pair of braces with a choice: where it begins, its commas, and where it ends."""
    depth, start = 0, -1
    commas: list[int] = []
    for place, letter in enumerate(pattern):
        if letter == "{":
            start = place if depth == 0 else start
            depth += 1
        elif letter == "," and depth == 1:
            commas.append(place)
        elif letter == "}" and depth:
            depth -= 1
            if depth == 0 and commas:
                return start, commas, place
    return None
