"""One line about what of a folder is not obeyed, for where nobody can be asked."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from inhouse.trust.finding import Finding
from inhouse.trust.standing import Standing, standing_of

MOST_NAMED: Final = 3
UNTRUSTED: Final = (
    "This folder is not trusted, so {} ignored: `inhouse trust --show` says what {} do, "
    "`inhouse trust` (or --trust) trusts it."
)
DENIED: Final = "You have marked {} as untrusted, so {} ignored: `inhouse trust` changes that."
CHANGED: Final = (
    "{} changed since you trusted this folder, and {} ignored: `inhouse trust --show` says what "
    "{} do now, `inhouse trust` agrees to it."
)


def held_back(standing: Standing, found: Sequence[Finding]) -> tuple[Finding, ...]:
    """What of the findings would be obeyed, if the person agreed."""
    return tuple(one for one in found if one.obeyed and not standing.obeys(one))


def notice_of(root: Path, found: Sequence[Finding]) -> str:
    """One line about what is not obeyed in a folder; empty when that is nothing."""
    standing = standing_of(root)
    held = held_back(standing, found)
    if not held:
        return ""
    names, one = name_all(held), len(held) == 1
    verb, it = ("is", "it would") if one else ("are", "they would")
    if standing.answer == "untrusted":
        return DENIED.format(standing.place, f"{names} {verb}")
    if standing.trusted:
        start = names[0].upper() + names[1:]
        return CHANGED.format(f"{start} {'has' if one else 'have'}", verb, it)
    return UNTRUSTED.format(f"{names} {verb}", it)


def name_all(findings: Sequence[Finding]) -> str:
    """The first few by their names, and how many more."""
    names = [name_of(one) for one in findings]
    if len(names) > MOST_NAMED:
        names = [*names[: MOST_NAMED - 1], f"{len(names) - MOST_NAMED + 1} more"]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def name_of(finding: Finding) -> str:
    """What a finding is called in a sentence."""
    return f"the {finding.key}" if finding.kind in ("check", "git") else finding.file
