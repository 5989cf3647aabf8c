"""What is found in a folder, in words for a person."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from inhouse.sanitise import sanitise_line
from inhouse.trust.finding import Finding

if TYPE_CHECKING:
    from inhouse.trust.question import TrustQuestion

FIRST: Final = "{} brings along what inhouse would obey:"
AGAIN: Final = "You trust {}, and since then this is new in it or has changed:"
BESIDES: Final = "Also there, and not obeyed:"
MEANING: Final = "Until you agree, nothing of it runs and none of it is obeyed."
MOST_LINES: Final = 200


def head_of(question: "TrustQuestion", name: str) -> str:
    """The line above the list; `name` is how the folder is called."""
    return (AGAIN if question.again else FIRST).format(name)


def describe(findings: Iterable[Finding]) -> list[tuple[str, tuple[str, ...]]]:
    """Each file with what it would do, files that say several things once; as untrusted text."""
    files: dict[str, list[str]] = {}
    for one in findings:
        files.setdefault(one.file, []).extend(one.effects)
    return [(file, tuple(effects)) for file, effects in files.items()]


def lines_of(findings: Iterable[Finding]) -> list[str]:
    """The same as indented lines that are safe to show, bounded."""
    lines: list[str] = []
    for file, effects in describe(findings):
        lines.append(f"  {sanitise_line(file)}")
        lines += [f"    {sanitise_line(effect)}" for effect in effects]
    if len(lines) > MOST_LINES:
        more = len(lines) - MOST_LINES
        lines = [*lines[:MOST_LINES], f"  and {more} lines more: look at the files"]
    return lines
