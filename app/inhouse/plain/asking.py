"""Asks for permission in words, and understands the answer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from inhouse.sanitise import sanitise_line

if TYPE_CHECKING:
    from inhouse_agent.kit import Question
    from inhouse_agent.rules import Rule

Scope = Literal["once", "session", "always"]
WORDS: Final[dict[str, tuple[bool, Scope]]] = {
    "y": (True, "once"),
    "yes": (True, "once"),
    "1": (True, "once"),
    "s": (True, "session"),
    "2": (True, "session"),
    "a": (True, "always"),
    "always": (True, "always"),
    "3": (True, "always"),
    "n": (False, "once"),
    "no": (False, "once"),
    "4": (False, "once"),
}
WITHOUT_RULE: Final = "y yes, n no; words behind it are a comment for the model: "
WITH_RULE: Final = "y yes, s this session, a always, n no; words behind it are a comment: "
AGAIN: Final = "Please begin with one of the letters."


@dataclass(frozen=True, slots=True)
class Decision:
    """What the person said; `scope` is how far a yes reaches."""

    allowed: bool
    scope: Scope = "once"
    comment: str = ""


NO: Final = Decision(allowed=False)


def describe_question(question: "Question", rule: "Rule | None") -> str:
    """What would be done, why it asks, and what always would mean."""
    lines = [f"May it call {sanitise_line(question.name)}? It asks because {question.reason}."]
    for access in question.accesses:
        lines.append(f"  {access.kind}: {sanitise_line(access.target)}")
        lines += [f"    {sanitise_line(one)}" for one in access.preview.splitlines()]
    if rule is not None:
        lines.append(f"  always means: {sanitise_line(str(rule))}")
    return "\n".join(lines)


def understand(answer: str, *, with_rule: bool) -> Decision | None:
    """The decision, or None for what is none. A comment stands behind a yes or a no."""
    word, _, comment = answer.strip().partition(" ")
    found = WORDS.get(word.lower().rstrip(",.:"))
    if found is None:
        return None
    allowed, scope = found
    if scope != "once" and not with_rule:
        return None
    return Decision(allowed, scope, comment.strip())
