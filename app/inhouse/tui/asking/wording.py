"""A question in words: what would be done, why it asks, what is dangerous about it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from textual.content import Content

from inhouse.tui.asking.danger import Danger
from inhouse.tui.text import join, line

if TYPE_CHECKING:
    from inhouse_agent.kit import Question
    from inhouse_tools.tool import Access

MUTED: Final = "$foreground-muted"
"""Secondary text within a Content; `$text-muted` is no colour there."""


def title_of(question: "Question") -> Content:
    """What is asked, in a line."""
    accesses = question.accesses
    if not accesses:
        return join("Allow ", line(question.name), "?")
    kinds = {access.kind for access in accesses}
    if "run" in kinds:
        return Content("Run this command?" if len(accesses) == 1 else "Run these commands?")
    count = len({access.target for access in accesses})
    files = "this file" if count == 1 else f"these {count} files"
    if "write" not in kinds:
        return Content(f"Read {files}?")
    new = all(is_new_file(access) for access in accesses)
    return Content(f"Make {files}?" if new else f"Change {files}?")


def is_new_file(access: "Access") -> bool:
    """Whether what would be written does not exist yet."""
    return access.kind == "write" and access.preview.startswith("--- /dev/null\n")


def reason_of(question: "Question", *, short: bool = False) -> Content:
    """Why the person is asked; `short` is for one line."""
    reason = line(question.reason, MUTED)
    if short:
        return reason
    return join(Content.styled("Asked because ", MUTED), reason, Content.styled(".", MUTED))


def network_line(question: "Question", *, granted: bool) -> Content:
    """What the command may reach, and the key that changes it."""
    network = question.network
    if network is None:
        return Content("")
    key = Content.styled("w", "$text-primary")
    if granted:
        with_it = line(network.label, "$text-warning bold")
        return join(key, "  Runs with ", with_it, Content.styled("  this once", MUTED))
    return join(key, "  Runs without network", line(f"  w grants {network.label}", MUTED))


def waiting_line(behind: int) -> str:
    """How many questions wait behind this one."""
    return f"{behind:,} more wait" if behind > 1 else "1 more waits" if behind else ""


def danger_line(dangers: Sequence[Danger]) -> Content:
    """Dangers as one text: each said once, with everything that means it."""
    by_words: dict[str, dict[str, None]] = {}
    for danger in dangers:
        by_words.setdefault(danger.words, {})[danger.found] = None
    parts: list[Content | str] = []
    for words, found in by_words.items():
        parts += [" " if parts else "", line(f"{words}: ", "$text-error bold")]
        parts += [line(", ".join(found), "$text-error"), "."]
    return join(*parts)
