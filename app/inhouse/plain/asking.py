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
    """What the person said; `scope` is how far a yes reaches, `network` that it grants it."""

    allowed: bool
    scope: Scope = "once"
    comment: str = ""
    network: bool = False


NO: Final = Decision(allowed=False)


def describe_question(question: "Question", rule: "Rule | None") -> str:
    """What would be done, why it asks, and what always would mean."""
    from inhouse_tools.shell.hidden import spell_hidden

    lines = [f"May it call {sanitise_line(question.name)}? It asks because {question.reason}."]
    for access in question.accesses:
        lines.append(f"  {access.kind}: {sanitise_line(spell_hidden(access.target))}")
        preview = spell_hidden(access.preview) if access.kind == "run" else access.preview
        lines += [f"    {sanitise_line(one)}" for one in preview.splitlines()]
    if rule is not None:
        lines.append(f"  always means: {sanitise_line(str(rule))}")
    if question.network is not None:
        lines.append(f"  w means: yes, once, with {sanitise_line(question.network.label)}")
    return "\n".join(lines)


def understand(answer: str, *, with_rule: bool, network: bool = False) -> Decision | None:
    """The decision, or None for what is none. A comment stands behind a yes or a no; `network`:
    it may be granted."""
    word, _, comment = answer.strip().partition(" ")
    said = word.lower().rstrip(",.:")
    if network and said == "w":
        return Decision(allowed=True, comment=comment.strip(), network=True)
    found = WORDS.get(said)
    if found is None:
        return None
    allowed, scope = found
    if scope != "once" and not with_rule:
        return None
    return Decision(allowed, scope, comment.strip())
