"""What a person is asked about a folder, and what is told where nobody can be asked."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from inhouse.trust.deciding import deny, trust, trust_once
from inhouse.trust.finding import Finding
from inhouse.trust.identity import project_folder
from inhouse.trust.notice import held_back
from inhouse.trust.standing import standing_of
from inhouse.trust.survey import survey

Reply = Literal["trust", "once", "not now", "never"]
REPLIES: Final[tuple[tuple[Reply, str], ...]] = (
    ("trust", "Trust this repository"),
    ("once", "Trust it for this session only"),
    ("not now", "Not now: work without it"),
    ("never", "Never: do not ask again"),
)
"""In the order of their keys, 1 to 4."""


@dataclass(frozen=True, slots=True)
class TrustQuestion:
    """`asked` is what the person has not agreed to, `told` what is only good to know, and `offered`
    are the checks that run only when they are asked for by name.

    It is `again` when the folder is trusted and something in it is new or has changed.
    """

    project: Path
    root: Path
    asked: tuple[Finding, ...]
    told: tuple[Finding, ...] = ()
    offered: tuple[Finding, ...] = ()
    again: bool = False


def question_for(root: Path, *, wanted: bool = False) -> TrustQuestion | None:
    """What to ask about a folder; None when there is nothing, or the person has said never.

    With `wanted` they asked for the question themselves, so that an earlier never does not hold.
    Runs git: belongs into a thread where an event loop runs.
    """
    standing = standing_of(root)
    if standing.answer == "untrusted" and not wanted:
        return None
    found = survey(root)
    asked = held_back(standing, found)
    if not asked:
        return None
    return TrustQuestion(
        project=project_folder(root),
        root=root,
        asked=asked,
        told=tuple(one for one in found if one.kind == "other"),
        offered=tuple(one for one in found if one.kind == "check" and not one.obeyed),
        again=standing.trusted,
    )


def reply(question: TrustQuestion, said: Reply) -> str:
    """Do what the person said; what they should know of it, if anything.

    Belongs into a thread where an event loop runs.
    """
    shown = (*question.asked, *question.offered)
    try:
        if said == "trust":
            return trust(question.root, shown)
        if said == "once":
            trust_once(question.root, shown)
        elif said == "never":
            return deny(question.project)
    except OSError as problem:
        return f"What you decided cannot be kept: {problem.strerror or problem}"
    return ""
