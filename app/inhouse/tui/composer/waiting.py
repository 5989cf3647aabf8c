"""The prompts that wait until the running turn has ended."""

from collections.abc import Sequence
from typing import Final

from textual.content import Content
from textual.widgets import Static

from inhouse.tui import text

MOST_SHOWN: Final = 3


class Waiting(Static):
    """One muted line for each prompt, above the editor."""

    DEFAULT_CSS = """
    Waiting {
        display: none;
        height: auto;
        padding: 0 2;
        color: $text-muted;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        &.-shown { display: block; }
    }
    """

    def show(self, prompts: Sequence[str]) -> None:
        """Show these, the next one first; of many only the last ones."""
        left_out = max(0, len(prompts) - MOST_SHOWN)
        rows = [Content(f"queued: {left_out} more")] if left_out else []
        rows += [text.join("queued: ", text.line(_brief(one))) for one in prompts[left_out:]]
        self.set_class(bool(prompts), "-shown")
        self.update(Content("\n").join(rows))


def _brief(prompt: str) -> str:
    return " ".join(prompt[:400].split())
