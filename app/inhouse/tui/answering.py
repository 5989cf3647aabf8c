"""Shows the question that waits in the place of the composer, and carries the answer back."""

import time
from typing import TYPE_CHECKING, Final

from inhouse.tui.blocks.notice import NoticeBlock

if TYPE_CHECKING:
    from textual.containers import Vertical

    from inhouse.live.live_session import LiveSession
    from inhouse.tui.asking.panel import QuestionPanel
    from inhouse.tui.composer.composer import Composer
    from inhouse.tui.present import Presenter
    from inhouse_agent.kit import Question
    from inhouse_agent.rules import Rule

TYPING_SECONDS: Final = 1.5
"""Who has written so short ago may still be writing."""
BY_RULE: Final = "rule"


class Answering:
    """At most one panel; while it is there the composer waits behind it, with its text."""

    def __init__(self, live: "LiveSession", composer: "Composer", presenter: "Presenter") -> None:
        self._live = live
        self._composer = composer
        self._presenter = presenter
        self._panel: QuestionPanel | None = None
        self.last_written = 0.0

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

            typing = time.monotonic() - self.last_written < TYPING_SECONDS
            rule = self._rule_for(question)
            self._panel = QuestionPanel(question, rule, questions.behind, typing=typing)
            self._composer.display = False
            await place.mount(self._panel, before=self._composer)
        self._panel.behind = questions.behind

    def decide(self, decided: "QuestionPanel.Decided") -> None:
        """Answers the question, and remembers what goes for others like it."""
        if decided.rule is not None and decided.allowed:
            self._remember(decided.rule, always=decided.scope == "always")
        if self._live.questions.current is decided.question:
            self._live.questions.answer(allowed=decided.allowed, comment=decided.comment)

    def _remember(self, rule: "Rule", *, always: bool) -> None:
        from inhouse.live.kept_rules import keep_rule
        from inhouse.live.session_rules import allows, with_rule

        built = self._live.built
        if built is None:
            return
        policy = built.kit.policy = with_rule(built.kit.policy, rule)
        first = self._live.questions.current
        self._live.questions.answer_covered(
            lambda question: question is not first and allows(policy, question), BY_RULE
        )
        problem = keep_rule(rule) if always else None
        if problem is not None:
            self._presenter.put(NoticeBlock(problem.text))

    def _rule_for(self, question: "Question") -> "Rule | None":
        from inhouse.live.session_rules import rule_for

        return rule_for(question, self._live.built.kit.policy if self._live.built else None)
