"""What meanings are in the whole project: names followed through imports, classes and values."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from inhouse_tools.editing.renaming.modules import Module, Modules
from inhouse_tools.syntax.meanings import (
    Above,
    Either,
    Held,
    Imported,
    Made,
    Meaning,
    Member,
    Names,
    Nothing,
    Own,
    Starred,
)

MAX_DEPTH = 24
MAX_STEPS = 2_000


@dataclass(frozen=True, slots=True)
class Thing:
    """A definition: the file, and its names from the outside in, joined with dots."""

    path: str
    name: str

    @property
    def outer(self) -> "Thing | None":
        """What it is a member of."""
        name = self.name.rpartition(".")[0]
        return Thing(self.path, name) if name else None


@dataclass(frozen=True, slots=True)
class Absent:
    """A member that neither a class nor what it is derived from defines."""

    owner: Thing


class Vague(Enum):
    """What is no definition of the project, and what cannot be told."""

    OTHER = auto()
    UNKNOWN = auto()


Value = Thing | Module | Absent | Vague
Values = frozenset[Value]
OTHER: Values = frozenset({Vague.OTHER})
UNKNOWN: Values = frozenset({Vague.UNKNOWN})


@dataclass(slots=True)
class Follower:
    """Follows meanings from file to file. `load` gives the names of a file, None for no code.

    `steps` are those since it was set to 0; after many the answer is that it cannot be told.
    """

    modules: Modules
    load: Callable[[str], Names | None]
    steps: int = 0
    _ancestors: dict[Thing, tuple[frozenset[Thing], bool]] = field(
        default_factory=dict[Thing, tuple[frozenset[Thing], bool]]
    )

    def denoted(self, meaning: Meaning, path: str, depth: int = 0) -> Values:
        """The definitions that a name stands for; a variable stands for itself."""
        self.steps += 1
        if depth > MAX_DEPTH or self.steps > MAX_STEPS:
            return UNKNOWN
        depth += 1
        if isinstance(meaning, Own):
            return frozenset({Thing(path, meaning.path)})
        if isinstance(meaning, Imported):
            return self._imported(meaning, path, depth)
        if isinstance(meaning, Member):
            return self._member(meaning, path, depth)
        if isinstance(meaning, Made):
            return self._made(meaning, path, depth)
        if isinstance(meaning, Either):
            choices = (self.denoted(each, path, depth) for each in meaning.choices)
            return frozenset[Value]().union(*choices) - OTHER or OTHER
        if isinstance(meaning, Starred):
            return self._starred(meaning.name, path, depth)
        return OTHER if isinstance(meaning, Nothing | Held) else UNKNOWN

    def held(self, meaning: Meaning, path: str, depth: int = 0) -> Values:
        """What an expression is, through the variables that hold it."""
        self.steps += 1
        if depth > MAX_DEPTH or self.steps > MAX_STEPS:
            return UNKNOWN
        if isinstance(meaning, Held):
            return self.held(meaning.value, path, depth + 1)
        if isinstance(meaning, Either):
            choices = (self.held(each, path, depth + 1) for each in meaning.choices)
            return frozenset[Value]().union(*choices) - OTHER or OTHER
        found: set[Value] = set()
        for value in self.denoted(meaning, path, depth + 1):
            inner = self._inside(value) if isinstance(value, Thing) else None
            if inner is not None and isinstance(value, Thing):
                found |= self.held(inner, value.path, depth + 1)
            else:
                found.add(value)
        return frozenset(found)

    def _inside(self, thing: Thing) -> Meaning | None:
        """What a variable or an attribute holds; None for other definitions."""
        names = self.load(thing.path)
        if names is None:
            return None
        value = names.value(thing.name)
        outer, _dot, last = thing.name.rpartition(".")
        return names.attribute(outer, last) if value is None and outer else value

    def _imported(self, imported: Imported, path: str, depth: int) -> Values:
        module = self.modules.find(imported.module, path)
        if isinstance(module, bool):
            return UNKNOWN if module else OTHER
        if imported.name:
            return self._given(module, imported.name, depth)
        names = self.load(module.file) if module.file else None
        if names is not None and names.whole is not None:
            return self.denoted(names.whole, module.file, depth)
        return frozenset({module})

    def _given(self, module: Module, name: str, depth: int) -> Values:
        """What a module gives by a name."""
        if depth > MAX_DEPTH:
            return UNKNOWN
        names = self.load(module.file) if module.file else None
        meaning = names.exported(name) if names else None
        if meaning is not None:
            inner = meaning.value if isinstance(meaning, Held) else meaning
            return self.denoted(inner, module.file, depth)
        inner_module = self.modules.inside(module, name)
        if inner_module:
            return frozenset({inner_module})
        if names is None:
            return UNKNOWN
        if names.whole is not None:
            if name == "default":
                return self.denoted(names.whole, module.file, depth)
            return self._member(Member(names.whole, name), module.file, depth)
        if name == "default":
            return frozenset({module})
        return self._starred(name, module.file, depth) if names.stars else UNKNOWN

    def _starred(self, name: str, path: str, depth: int) -> Values:
        names = self.load(path)
        for star in names.stars if names else ():
            found = self._imported(Imported(star, name), path, depth + 1)
            if found not in (OTHER, UNKNOWN):
                return found
        return UNKNOWN

    def _member(self, member: Member, path: str, depth: int) -> Values:
        of = member.of
        found: set[Value] = set()
        above = isinstance(of, Above)
        for value in self.held(of.below if isinstance(of, Above) else of, path, depth):
            if isinstance(value, Thing):
                found |= self._member_of(value, member.name, depth, above=above)
            elif isinstance(value, Module):
                found |= self._given(value, member.name, depth)
            else:
                found |= UNKNOWN if isinstance(value, Absent) else {value}
        return frozenset(found)

    def _member_of(self, thing: Thing, name: str, depth: int, *, above: bool = False) -> Values:
        """What a class gives by a name, itself or from what it is derived from."""
        names = self.load(thing.path)
        facts = names.class_facts(thing.name) if names else None
        if names is None or facts is None or depth > MAX_DEPTH:
            return UNKNOWN
        if not above:
            if name in facts.members:
                return frozenset({Thing(thing.path, f"{thing.name}.{name}")})
            part = names.attribute(thing.name, name)
            if isinstance(part, Held):
                return frozenset({Thing(thing.path, f"{thing.name}.{name}")})
            if part is not None:
                return self.denoted(part, thing.path, depth)
        unclear = False
        for base in facts.bases:
            for value in self.held(base, thing.path, depth):
                unclear = unclear or value is Vague.UNKNOWN
                if isinstance(value, Thing) and value != thing:
                    found = self._member_of(value, name, depth + 1)
                    if not any(isinstance(each, Absent) for each in found):
                        return found
        return UNKNOWN if unclear else frozenset({Absent(thing)})

    def _made(self, made: Made, path: str, depth: int) -> Values:
        found: set[Value] = set()
        for value in self.held(made.by, path, depth):
            is_class = isinstance(value, Thing) and self._is_class(value)
            foreign = value is Vague.OTHER and _is_foreign_class(made.by)
            found.add(value if is_class or foreign else Vague.UNKNOWN)
        return frozenset(found)

    def _is_class(self, thing: Thing) -> bool:
        names = self.load(thing.path)
        return names is not None and names.class_facts(thing.name) is not None

    def ancestors(self, thing: Thing) -> tuple[frozenset[Thing], bool]:
        """A class with all it is derived from, and whether some of that cannot be told."""
        known = self._ancestors.get(thing)
        if known is not None:
            return known
        # Against classes that are derived from each other.
        self._ancestors[thing] = frozenset({thing}), False
        names = self.load(thing.path)
        facts = names.class_facts(thing.name) if names else None
        found, unclear = {thing}, False
        for base in facts.bases if facts else ():
            for value in self.held(base, thing.path):
                unclear = unclear or value is Vague.UNKNOWN
                if isinstance(value, Thing):
                    inner, vague = self.ancestors(value)
                    found |= inner
                    unclear = unclear or vague
        self._ancestors[thing] = frozenset(found), unclear
        return self._ancestors[thing]

    def defines(self, thing: Thing, name: str) -> bool:
        """Whether a class itself defines a member."""
        names = self.load(thing.path)
        facts = names.class_facts(thing.name) if names else None
        return facts is not None and name in facts.members


def _is_foreign_class(meaning: Meaning) -> bool:
    """Whether a call certainly makes an instance of somebody else's; a mock stands for ours."""
    while isinstance(meaning, Held):
        meaning = meaning.value
    name = meaning.name if isinstance(meaning, Member | Imported) else ""
    return name[:1].isupper() and "Mock" not in name
