"""What the places of a name say they mean, as far as one file alone can tell."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Own:
    """What this file defines: its names from the outside in, joined with dots."""

    path: str


@dataclass(frozen=True, slots=True)
class Imported:
    """A name of another module as it is written in the import; "" is the module itself."""

    module: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A name behind a dot."""

    of: "Meaning"
    name: str


@dataclass(frozen=True, slots=True)
class Made:
    """What a call gives: an instance, when a class is called."""

    by: "Meaning"


@dataclass(frozen=True, slots=True)
class Above:
    """The classes that a class is derived from, as in `super()`."""

    below: "Meaning"


@dataclass(frozen=True, slots=True)
class Held:
    """A name of its own, such as a local variable's, that holds a value."""

    value: "Meaning"


@dataclass(frozen=True, slots=True)
class Either:
    """One of several."""

    choices: tuple["Meaning", ...]


@dataclass(frozen=True, slots=True)
class Starred:
    """A name that stands nowhere in its file, which takes all names of some modules."""

    name: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """Certainly no definition of the project: a literal, a name of the language."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The file does not tell."""


Meaning = Own | Imported | Member | Made | Above | Held | Either | Starred | Nothing | Unknown


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A name in code: a half-open span of bytes, and what it means.

    `defines` is what is defined there, as in `Own`, or "". A `member` stands behind a dot.
    """

    start: int
    end: int
    meaning: Meaning
    defines: str = ""
    member: bool = False


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """A class, or an object that is written out: what it is derived from and what it defines."""

    bases: tuple[Meaning, ...] = ()
    members: frozenset[str] = frozenset()


class Names(Protocol):
    """The names of one file.

    `stars` are modules all of whose names are taken, `whole` is what the module itself is when
    it is no module but one value.
    """

    @property
    def parses(self) -> bool:
        """Whether the grammar sees no fault in the whole file."""
        ...

    @property
    def stars(self) -> tuple[str, ...]:
        """Modules."""
        ...

    @property
    def whole(self) -> Meaning | None:
        """One value."""
        ...

    def occurrences(self, name: str) -> tuple[Occurrence, ...]:
        """The places of a name in code, in order."""
        ...

    def exported(self, name: str) -> Meaning | None:
        """What other files get by a name."""
        ...

    def value(self, path: str) -> Meaning | None:
        """What a variable of the file holds; None for what is no variable."""
        ...

    def class_facts(self, path: str) -> ClassFacts | None:
        """A class of the file; None for what is none."""
        ...

    def attribute(self, path: str, name: str) -> Meaning | None:
        """What stands under a name in a class or object; None where it does not say.

        It is `Held` when it is a place of its own, as an attribute of instances.
        """
        ...
