"""Shows the question that waits in the place of the composer, and carries the answer back."""

import asyncio
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.containers import Vertical

    from inhouse.live.live_session import LiveSession
    from inhouse.settings_file import FileProblem
    from inhouse.tui.asking.panel import QuestionPanel
    from inhouse.tui.composer.composer import Composer
    from inhouse.tui.present import Presenter
    from inhouse_agent.kit import Question
    from inhouse_agent.rules import Rule

TYPING_SECONDS: Final = 1.5
"""Who has written so short ago may still be writing."""


class Answering:
    """At most one panel; while it is there the composer waits behind it, with its text."""

    def __init__(
        self,
        live: "LiveSession",
        composer: "Composer",
        presenter: "Presenter",
        clock: "Callable[[], float]",
    ) -> None:
        self._live = live
        self._composer = composer
        self._presenter = presenter
        self._clock = clock
        self._panel: QuestionPanel | None = None
        self.last_written = float("-inf")

    @property
    def asking(self) -> bool:
        """Whether a question stands there."""
        return self._panel is not None

    async def follow(self, place: "Vertical") -> None:
        """Shows the question that is to be answered now, or the composer when there is none."""
        questions = self._live.questions
        question = questions.current
        if self._panel is not None and self._panel.question is not question:
            panel, self._panel = self._panel, None
            await panel.remove()
        if question is None:
            if not self._composer.display:
                self._composer.display = True
                self._composer.focus()
            return
        if self._panel is None:
            from inhouse.tui.asking.panel import QuestionPanel

            typing = self._clock() - self.last_written < TYPING_SECONDS
            rule = self._rule_for(question)
            self._panel = QuestionPanel(
                question, rule, questions.behind, typing=typing, clock=self._clock
            )
            self._composer.display = False
            await place.mount(self._panel, before=self._composer)
        self._panel.behind = questions.behind

    async def decide(self, decided: "QuestionPanel.Decided") -> None:
        """Answers the question, and remembers what goes for others like it."""
        questions = self._live.questions
        if questions.current is not decided.question:
            return
        if decided.allowed and decided.comment and self._live.built is not None:
            self._live.built.kit.inbox.append(decided.comment)
        questions.answer(allowed=decided.allowed, comment=decided.comment, network=decided.network)
        if decided.rule is None or not decided.allowed:
            return
        self._live.grant(decided.rule)
        if decided.scope == "always":
            problem = await asyncio.to_thread(keep, decided.rule)
            if problem is not None:
                from inhouse.tui.blocks.notice import NoticeBlock

                self._presenter.put(NoticeBlock(problem.text))

    def _rule_for(self, question: "Question") -> "Rule | None":
        from inhouse.live.session_rules import rule_for

        return rule_for(question, self._live.built.kit.policy if self._live.built else None)


def keep(rule: "Rule") -> "FileProblem | None":
    """Writes a rule into the person's own settings."""
    from inhouse.live.kept_rules import keep_rule

    return keep_rule(rule)
