"""How far a folder is obeyed: the nearest decision of the person, and what they agreed to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from inhouse.trust.entry import Entry
from inhouse.trust.identity import identity_of, is_repository
from inhouse.trust.trust_list import read_list

if TYPE_CHECKING:
    from inhouse.trust.finding import Finding
    from inhouse_tools.git.programs import GitProgram

Answer = Literal["trusted", "untrusted", "undecided"]
_for_now: Final[dict[str, Entry]] = {}
"""Decisions that hold as long as this process lives; they are nearer than those of the list."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`place` is the folder that the decision is about, None when there is none.

    `agreed` are digests of findings by key. With `once` the decision ends with this process.
    """

    answer: Answer = "undecided"
    place: Path | None = None
    agreed: Mapping[str, str] = field(default_factory=dict[str, str])
    once: bool = False

    @property
    def trusted(self) -> bool:
        """Whether the person trusts what they have agreed to."""
        return self.answer == "trusted"

    def obeys(self, finding: "Finding") -> bool:
        """Whether this is what the person has agreed to, unchanged."""
        return self.trusted and self.agreed.get(finding.key) == finding.digest


def standing_of(folder: Path) -> Standing:
    """The decision about this folder, or about the nearest one above it in the same repository.

    One about a folder is void when another repository has taken its place.
    """
    entries = {**read_list().entries, **_for_now}
    folder = folder.resolve()
    for at in (folder, *folder.parents):
        entry = entries.get(str(at))
        if entry is not None:
            if entry.decision == "untrusted":
                return Standing("untrusted", at)
            if entry.identity and entry.identity == identity_of(at):
                once = _for_now.get(str(at)) is entry
                return Standing("trusted", at, entry.agreed, once)
        if is_repository(at):
            break
    return Standing()


def is_trusted(folder: Path) -> bool:
    """Whether the person trusts this folder; what changed since then is another matter."""
    return standing_of(folder).trusted


def agrees_to_git(folder: Path) -> "Callable[[Sequence[GitProgram]], bool]":
    """Tells whether the person trusts this folder with these programs of its git."""
    from inhouse.trust.found_git import finding_of

    def agrees(programs: "Sequence[GitProgram]") -> bool:
        standing = standing_of(folder)
        return standing.trusted and all(standing.obeys(finding_of(one)) for one in programs)

    return agrees


def hold_for_now(entry: Entry) -> None:
    """Let a decision hold as long as this process lives."""
    _for_now[entry.path] = entry


def forget_for_now(path: str) -> None:
    """Let the list hold again."""
    _for_now.pop(path, None)
