"""Which file of a repository an import means, by the names that stand in it."""

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

MAX_CANDIDATES = 200
"""Of the files that share their last part, so many are compared."""
FOLDER_FILES = frozenset({"__init__", "index", "mod", "lib"})
"""Files that stand for their folder."""
_DOTS = re.compile(r"^\.+")
_HEADER = re.compile(r"\.(h|hh|hpp|hxx|cuh|inc)$")

Parts = tuple[str, ...]


class Links:
    """Finds files by import. `paths` are those of the repository, `families` their languages'."""

    def __init__(self, paths: Sequence[str], families: Sequence[str]) -> None:
        self._paths = paths
        self._families = families
        self._parts: list[Parts] = []
        self._by_last: dict[str, list[int]] = {}
        self._known: dict[tuple[str, str, str], int | None] = {}
        for place, path in enumerate(paths):
            parts = posixpath.splitext(path)[0].split("/")
            if len(parts) > 1 and parts[-1] in FOLDER_FILES:
                parts.pop()
            self._parts.append(tuple(parts))
            self._by_last.setdefault(parts[-1], []).append(place)

    def find(self, module: str, importer: int) -> int | None:
        """The file that an import in another file means, or None when it is none of these."""
        path, family = self._paths[importer], self._families[importer]
        folder = posixpath.dirname(path)
        key = (module, folder, family)
        if key not in self._known:
            self._known[key] = self._search(module, folder, family, None)
        found = self._known[key]
        return self._search(module, folder, family, importer) if found == importer else found

    def _search(self, module: str, folder: str, family: str, but: int | None) -> int | None:
        wanted = _wanted(module, folder)
        # The last part may be the name of a class in the file.
        for parts in (wanted.parts, wanted.parts[:-1]):
            ranks = [
                (*rank, -place)
                for place in self._by_last.get(parts[-1] if parts else "", ())[:MAX_CANDIDATES]
                if place != but
                and self._families[place] == family
                and (rank := self._rank(place, parts, wanted, folder)) is not None
            ]
            if ranks:
                return -max(ranks)[-1]
        return None

    def _rank(
        self, place: int, parts: Parts, wanted: "_Wanted", folder: str
    ) -> tuple[int, bool, int] | None:
        """How well a file fits, the more the better; None when it does not."""
        own = self._parts[place]
        same = _common(own[::-1], parts[::-1])
        # A relative import is exact; of any other the end must fit as far as either goes.
        if own != parts if wanted.exact else same < min(len(own), len(parts)):
            return None
        suffix = not wanted.suffix or self._paths[place].endswith(wanted.suffix)
        return same, suffix, _common(own, tuple(folder.split("/")))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The parts of the path that an import means, and its suffix if it has one.

    It is `exact` when it counts from the root.
    """

    parts: Parts
    suffix: str = ""
    exact: bool = False


def _wanted(module: str, folder: str) -> _Wanted:
    text = module.strip().replace("\\", "/")
    if text.startswith(("./", "../")):
        path, suffix = posixpath.splitext(posixpath.normpath(posixpath.join(folder, text)))
        return _Wanted(_split(path), suffix, exact=True)
    dots = _DOTS.match(text)
    if dots:
        up = folder.split("/") if folder else []
        above = up[: max(0, len(up) - len(dots[0]) + 1)]
        return _Wanted((*above, *_split(text[len(dots[0]) :].replace(".", "/"))), exact=True)
    if "/" in text or _HEADER.search(text):
        path, suffix = posixpath.splitext(text)
        return _Wanted(_split(path), suffix)
    return _Wanted(_split(re.sub(r"::|\.", "/", re.sub(r"^(crate|self|super)::", "", text))))


def _split(path: str) -> Parts:
    return tuple(part for part in path.split("/") if part not in {"", "."})


def _common(first: Parts, second: Parts) -> int:
    """How many parts are the same from the beginning."""
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count
