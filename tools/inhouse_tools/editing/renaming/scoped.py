"""A rename that goes by what the names mean, where the code says it."""

import builtins
import io
import pathlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from inhouse_tools.editing.renaming.candidates import Candidates
from inhouse_tools.editing.renaming.judged import Judged
from inhouse_tools.editing.renaming.modules import Modules
from inhouse_tools.editing.renaming.values import Absent, Follower, Thing, Vague, Value
from inhouse_tools.editing.symbol_edit import last_part
from inhouse_tools.places.paths import spell
from inhouse_tools.syntax import Symbol
from inhouse_tools.syntax.meanings import (
    Held,
    Imported,
    Meaning,
    Member,
    Names,
    Occurrence,
    Starred,
)
from inhouse_tools.syntax.names import names_of
from inhouse_tools.syntax.python_names import PythonNames
from inhouse_tools.syntax.tree import Span, words
from inhouse_tools.tool import Workspace
from inhouse_tools.writing.changes import Opened, open_text

_TYPES = (str, bytes, list, dict, set, tuple, int, float, io.TextIOWrapper, io.BytesIO)
_COMMON = {
    "python": frozenset(dir(builtins)).union(
        *(dir(each) for each in (*_TYPES, pathlib.Path, re.Pattern, re.Match))
    ),
    "javascript": words(
        "map filter reduce forEach find findIndex some every includes indexOf push pop shift "
        "concat slice splice sort join reverse keys values entries get set has add delete clear "
        "then catch finally call apply bind toString valueOf length name split replace trim match "
        "test exec log error warn next close open send write read on emit resolve reject"
    ),
}
"""Members that things of the language itself have."""


@dataclass(slots=True)
class _Loader:
    """The names of files, each parsed once."""

    workspace: Workspace
    known: dict[str, Names | None] = field(default_factory=dict[str, Names | None])

    def add(self, opened: Opened) -> Names | None:
        """The names of an opened file."""
        name = opened.place.name
        if name not in self.known:
            self.known[name] = names_of(name, opened.source)
        return self.known[name]

    def load(self, path: str) -> Names | None:
        """The names of a file by its path."""
        if path not in self.known:
            opened = open_text(path, self.workspace)
            self.known[path] = self.add(opened) if isinstance(opened, Opened) else None
        return self.known[path]

    def read(self, path: str) -> str:
        """The text of a file, or ""."""
        opened = open_text(path, self.workspace)
        return opened.document.text if isinstance(opened, Opened) else ""


@dataclass(frozen=True, slots=True)
class _Scope:
    """What belongs to a symbol: itself, and as a method also what overrides it or is overridden.

    `roots` are the classes that define it, the symbol's own and those above; None for what is no
    member of a class. A definition of Python outside of classes `is_plain`: it stands behind a dot
    only where a module stands before it.
    """

    target: Thing
    follower: Follower
    roots: frozenset[Thing] | None = None
    is_plain: bool = False

    @staticmethod
    def of(target: Thing, follower: Follower) -> "_Scope":
        """The scope of a definition."""
        outer = target.outer
        names = follower.load(target.path)
        if outer is None or names is None or names.class_facts(outer.name) is None:
            return _Scope(target, follower, is_plain=isinstance(names, PythonNames))
        last = last_part(target.name)
        above, _unclear = follower.ancestors(outer)
        roots = frozenset(each for each in above if follower.defines(each, last))
        return _Scope(target, follower, roots | {outer})

    def holds(self, occurrence: Occurrence, path: str) -> bool | None:
        """Whether a name means the symbol; None when the code does not say."""
        self.follower.steps = 0
        values = self.follower.denoted(occurrence.meaning, path)
        verdicts = {self._holds(value) for value in values}
        verdict = verdicts.pop() if len(verdicts) == 1 else None
        if verdict is None and self.is_plain and occurrence.member:
            return None if _may_be_module(occurrence.meaning) else False
        return verdict

    def _holds(self, value: Value) -> bool | None:
        if value is Vague.UNKNOWN:
            return None
        if isinstance(value, Thing):
            return value == self.target or self._is_related(value)
        if self.roots is None or not isinstance(value, Absent):
            return False
        # A class that others make complete calls what they define.
        above = (self.follower.ancestors(root)[0] for root in self.roots)
        return None if any(value.owner in each for each in above) else False

    def _is_related(self, thing: Thing) -> bool | None:
        outer = thing.outer
        if self.roots is None or outer is None:
            return False
        above, unclear = self.follower.ancestors(outer)
        return True if above & self.roots else (None if unclear else False)


def judge_scoped(
    candidates: Candidates, symbol: Symbol, family: str, workspace: Workspace
) -> list[Judged] | None:
    """What a rename does with every file of code; None when the symbol itself is not understood."""
    old = last_part(symbol.name)
    loader = _Loader(workspace)
    opened = candidates.code[0]
    names = loader.add(opened)
    target = _target(opened, symbol, names.occurrences(old)) if names else None
    decorators = opened.source[symbol.outer_byte : symbol.core_byte]
    if target is None or b"fixture" in decorators:
        # pytest gives a fixture to the parameters of its name.
        return None
    files = frozenset(spell(path) for path in candidates.files) | {opened.place.name}
    scope = _Scope.of(target, Follower(Modules(files, loader.read), loader.load))
    found: list[_Found] = []
    for each in candidates.code:
        names = loader.add(each)
        if names is not None:
            path = each.place.name
            places = [(place, scope.holds(place, path)) for place in names.occurrences(old)]
            found.append(_Found(each, names.parses, places))
    places = [place for each in found for place in each.places]
    alone = not any(place.defines and verdict is not True for place, verdict in places)
    common = old in _COMMON[family]
    for each in found if alone else ():
        each.places = [
            (place, _assumed(place, scope, common) if verdict is None else verdict)
            for place, verdict in each.places
        ]
    return [_judged(each, target) for each in found]


@dataclass(slots=True)
class _Found:
    """The places of the name in one file, with whether the symbol is meant."""

    opened: Opened
    parses: bool
    places: list[tuple[Occurrence, bool | None]]


def _target(opened: Opened, symbol: Symbol, places: Sequence[Occurrence]) -> Thing | None:
    """The definition in a symbol's head."""
    for place in places:
        if place.defines and symbol.core_byte <= place.start < symbol.end_byte:
            return Thing(opened.place.name, place.defines)
    return None


def _assumed(place: Occurrence, scope: _Scope, common: bool) -> bool | None:
    """What the code does not say is ours when only ours has the name, nor has the language it."""
    if common and (place.member or scope.roots is not None):
        return None
    return None if scope.is_plain and place.member else True


def _may_be_module(meaning: Meaning) -> bool:
    """Whether what stands before a dot is imported from where nothing is known."""
    if not isinstance(meaning, Member):
        return True
    while isinstance(meaning, Member | Held):
        meaning = meaning.of if isinstance(meaning, Member) else meaning.value
    return isinstance(meaning, Imported | Starred)


def _judged(found: _Found, target: Thing) -> Judged:
    def spans(wanted: bool | None) -> Iterator[Span]:
        return ((place.start, place.end) for place, verdict in found.places if verdict is wanted)

    path = found.opened.place.name
    defined = {place.defines: verdict for place, verdict in found.places if place.defines}
    return Judged(
        found.opened,
        tuple(spans(True)),
        tuple(spans(None)),
        tuple(spans(False)),
        found.parses,
        tuple(
            f"{name} in {path}"
            for name, verdict in defined.items()
            if verdict and Thing(path, name) != target
        ),
        tuple(f"{name} in {path}" for name, verdict in defined.items() if verdict is False),
    )
