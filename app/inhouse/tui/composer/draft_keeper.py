"""Keeps the draft of an editor up to date, a moment after each change."""

from typing import TYPE_CHECKING, Final

from inhouse.tui.composer.draft import Draft
from inhouse.tui.composer.editor import Editor
from inhouse_tools.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer

SAVE_SECONDS: Final = 0.4


class DraftKeeper:
    """`say` is told when a draft cannot be kept."""

    def __init__(self, drafts: Draft, editor: Editor, say: "Callable[[Refusal], None]") -> None:
        self._drafts = drafts
        self._editor = editor
        self._say = say
        self._waiting: Timer | None = None

    def restore(self) -> bool:
        """Whether something that was never sent stands in the editor again."""
        left = self._drafts.restore()
        if left is None or self._editor.text:
            return False
        self._editor.put(left)
        return True

    def follow(self) -> None:
        """Something was written: keep it as soon as nothing more is, for a moment."""
        self._stop()
        self._waiting = self._editor.set_timer(SAVE_SECONDS, self._save)

    def end(self) -> None:
        """The editor goes away: keep what was written last."""
        if self._waiting is not None:
            self._drafts.save(self._editor.written)

    def forget(self) -> Refusal | None:
        """What was written is sent."""
        self._stop()
        return self._drafts.remove()

    def _stop(self) -> None:
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None

    def _save(self) -> None:
        self._waiting = None
        problem = self._drafts.save(self._editor.written)
        if problem is not None:
            self._say(problem)
