"""What a folder brings along and what of it is obeyed, in lines for a person."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from inhouse.trust.finding import Finding
from inhouse.trust.notice import held_back
from inhouse.trust.standing import Standing, standing_of
from inhouse.trust.survey import survey
from inhouse.trust.words import BESIDES, lines_of

NOTHING: Final = "It brings nothing along that inhouse would obey."
OBEYED: Final = "Obeyed:"
HELD: Final = "Not obeyed until you agree:"


def report_on(root: Path) -> str:
    """The lines of a folder as it is now. Runs git: belongs into a thread beside an event loop."""
    return report_of(root, standing_of(root), survey(root))


def report_of(root: Path, standing: Standing, found: Sequence[Finding]) -> str:
    """What was decided about a folder, and each finding under what becomes of it."""
    lines = [f"{standing.place or root}: {spell(standing)}"]
    groups = (
        (OBEYED, [one for one in found if standing.obeys(one) and one.obeyed]),
        (HELD, held_back(standing, found)),
        (BESIDES, [one for one in found if not one.obeyed]),
    )
    for heading, findings in groups:
        if findings:
            lines += [heading, *lines_of(findings)]
    if not any(one.obeyed for one in found):
        lines.append(NOTHING)
    return "\n".join(lines)


def spell(standing: Standing) -> str:
    """The decision in a word or two."""
    return {"trusted": "trusted", "untrusted": "never trusted"}.get(standing.answer, "not trusted")
