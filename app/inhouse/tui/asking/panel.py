"""The panel in which a call waits for the person: what, why, and how long a yes shall hold."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, cast

from textual import getters, on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key, Paste
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from inhouse.tui.asking.choice import AnswerName, Choice
from inhouse.tui.asking.danger import dangers_of
from inhouse.tui.asking.entry import Entry
from inhouse.tui.asking.preview import Preview
from inhouse.tui.asking.typing_guard import TypingGuard
from inhouse.tui.asking.wording import (
    MUTED,
    danger_line,
    network_line,
    reason_of,
    title_of,
    waiting_line,
)
from inhouse.tui.screen_size import follow_screen_size
from inhouse.tui.text import join, line

if TYPE_CHECKING:
    from inhouse_agent.kit import Question
    from inhouse_agent.rules import Rule, RuleProblem
    from inhouse_tools.sandbox.network import Network

Scope = Literal["once", "session", "always"]
Open = Literal["choices", "comment", "rule"]
SHORT_BELOW: Final = 20
"""On screens with fewer rows the answers stand side by side."""
NO_RULE: Final = "No rule can stand for this call"
COVERS_NOT: Final = "This rule would not allow the call itself."
EVERYTHING: Final = "This allows every call of that kind."
HINTS: Final[dict[Open, str]] = {
    "choices": "Tab comment · Esc no",
    "comment": "Enter done · Esc drop",
    "rule": "Enter keep, say yes · Esc back",
}
SCROLL: Final = "PgDn more"


class QuestionPanel(Vertical, can_focus=True):
    """One question, to be mounted while it waits and removed once it is decided.

    Where the question offers network, `w` grants it to this one call, or takes it back. `rule` is
    what "for this session" and "always" would allow, None when nothing can. With `typing` keys are
    held back until the person has paused. `behind` may change meanwhile.
    """

    @dataclass
    class Decided(Message):
        """The person answered: `rule` is set for the scopes that need one, `network` where they
        granted it to this call."""

        question: "Question"
        allowed: bool
        scope: Scope
        comment: str
        rule: "Rule | None"
        network: "Network | None" = None

    @dataclass
    class Overtyped(Message):
        """Text that was still meant for the composer."""

        text: str

    DEFAULT_CSS = """
    QuestionPanel {
        height: auto;
        max-height: 67vh;
        border: round $accent;
        padding: 0 1;
        background: $background;
        border-title-color: $text-accent;
        border-title-style: bold;
        border-subtitle-color: $text-muted;
        & > Static { height: auto; }
        & > Preview { margin-bottom: 1; }
        & > #choices { height: auto; margin-top: 1; }
        & > #comment-kept { margin-top: 1; }
        & > #network { display: none; margin-top: 1; }
        & > Entry { margin-top: 1; }
        &.-short {
            & > Preview { margin-bottom: 0; }
            & > #dangers { max-height: 2; }
            & > #reason { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
            & > #choices { layout: horizontal; height: 1; margin-top: 0; }
            & > #comment-kept { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
            & > Entry, & > #comment-kept, & > #network { margin-top: 0; }
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1,y", "answer('once')", "Yes, once"),
        Binding("2,s", "answer('session')", "Yes, for this session"),
        Binding("3,a", "answer('always')", "Yes, always for this pattern"),
        Binding("4,n", "answer('no')", "No"),
        Binding("tab,c", "comment", "Add a comment for the model"),
        Binding("w", "network", "With network, or without"),
        Binding("escape", "back", "No, or back to the answers"),
        Binding("up", "choose(-1)", "Choose the answer above"),
        Binding("down", "choose(1)", "Choose the answer below"),
        Binding("enter", "take", "Take the chosen answer"),
        Binding("pageup,shift+up", "scroll_preview(-1)", "Scroll up"),
        Binding("pagedown,shift+down", "scroll_preview(1)", "Scroll down"),
    ]
    app = getters.app(cast("type[App[Any]]", App))
    behind: reactive[int] = reactive(default=0)
    opened: reactive[Open] = reactive[Open]("choices")

    def __init__(
        self,
        question: "Question",
        rule: "Rule | None" = None,
        behind: int = 0,
        *,
        typing: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.question = question
        self._rule = rule
        self._comment = ""
        dangers = dangers_of(question.accesses)
        # What is special about a single file is said beside its name, always in view at first.
        several = len({access.target for access in question.accesses}) > 1
        self._told_dangers = [one for one in dangers if several or one.start is not None]
        self._chosen: AnswerName = "no" if dangers else "once"
        self._networked = False
        self._guard = TypingGuard(typing=typing, clock=clock)
        self._decided = False
        self._overflows = False
        self.set_reactive(QuestionPanel.behind, behind)

    def compose(self) -> ComposeResult:
        """What, what is dangerous about it, why, and the answers."""
        rule = str(self._rule) if self._rule else ""
        yield Preview(self.question)
        yield Static(danger_line(self._told_dangers), id="dangers")
        yield Static(id="reason")
        yield Static(id="network")
        yield Static(id="comment-kept")
        with Vertical(id="choices"):
            yield Choice("once")
            yield Choice("session", rule, possible=bool(rule))
            yield Choice("always", rule, possible=bool(rule))
            yield Choice("no")
        yield Entry("Comment", "what the model should know", id="comment")
        yield Entry("Always allow", id="rule")

    def on_mount(self) -> None:
        """Take the keys."""
        self.query_one("#dangers").display = bool(self._told_dangers)
        self._arrange()
        self.focus()
        follow_screen_size(self, self._arrange)

    def watch_behind(self) -> None:
        """Say how many wait."""
        if self.is_mounted:
            self._arrange()

    def watch_opened(self) -> None:
        """Show the answers, or the line that is written."""
        if self.is_mounted:
            self._arrange()

    @property
    def short(self) -> bool:
        """Whether rows are rare."""
        return self.app.size.height < SHORT_BELOW

    def on_key(self, event: Key) -> None:
        """Give back what was still typed for the composer; nothing counts twice."""
        if self._decided or self._guard.holds():
            event.stop()
            event.prevent_default()
            if event.is_printable and event.character:
                self.post_message(self.Overtyped(event.character))

    def on_paste(self, event: Paste) -> None:
        """What is pasted is no answer."""
        if self.opened == "choices":
            event.stop()
            self.post_message(self.Overtyped(event.text))

    def action_answer(self, answer: AnswerName) -> None:
        """Give this answer, or first show the rule that it would keep."""
        if self.opened != "choices":
            return
        match answer:
            case "once" | "no":
                self._decide("once", allowed=answer == "once")
            case "session" | "always" if self._rule is None:
                self._hint(NO_RULE, "$text-warning")
            case "session":
                self._decide("session", rule=self._rule)
            case "always":
                self.opened = "rule"

    def action_take(self) -> None:
        """Give the answer that the arrows chose."""
        self.action_answer(self._chosen)

    def action_choose(self, step: int) -> None:
        """Go to another answer."""
        if self.opened == "choices":
            possible: list[AnswerName] = [one.answer for one in self.query(Choice) if one.possible]
            place = possible.index(self._chosen) + step
            self._chosen = possible[max(0, min(place, len(possible) - 1))]
            self._arrange()

    def action_comment(self) -> None:
        """Write a comment, or keep the one that is written."""
        if self.opened == "comment":
            self._keep_comment(self.query_one("#comment", Entry).text)
        elif self.opened == "choices":
            self.opened = "comment"

    def action_network(self) -> None:
        """Grant the network to this one call, or take it back."""
        if self.opened == "choices" and self.question.network is not None:
            self._networked = not self._networked
            self._arrange()

    def action_back(self) -> None:
        """No; from a line that is written, back to the answers without it."""
        if self.opened == "choices":
            self._decide("once", allowed=False)
        elif self.opened == "comment":
            self._keep_comment("")
        else:
            self._close_entry()

    def action_scroll_preview(self, direction: int) -> None:
        """Scroll what is asked for by a page."""
        preview = self.query_one(Preview)
        rows = max(1, preview.size.height - 1)
        preview.scroll_relative(y=direction * rows, animate=False)

    @on(Choice.Taken)
    def _take_clicked(self, event: Choice.Taken) -> None:
        event.stop()
        self.action_answer(event.answer)

    @on(Entry.Finished, "#comment")
    def _finish_comment(self, event: Entry.Finished) -> None:
        event.stop()
        self._keep_comment(event.text)

    @on(Entry.Finished, "#rule")
    def _finish_rule(self, event: Entry.Finished) -> None:
        event.stop()
        from inhouse_agent.rules import Rule

        rule = self._checked_rule(event.text)
        if isinstance(rule, Rule):
            self._decide("always", rule=rule)

    @on(Entry.Changed, "#rule")
    def _judge_rule(self, event: Entry.Changed) -> None:
        event.stop()
        from inhouse_agent.rules import RuleProblem

        rule = self._checked_rule(event.text)
        if isinstance(rule, RuleProblem):
            event.entry.note(line(rule.text, "$text-error"))
        elif rule.pattern in {"", "*", "**"}:
            event.entry.note(Content.styled(EVERYTHING, "$text-error"))
        else:
            event.entry.note(Content(""))
        self.call_after_refresh(self._fit)

    def _checked_rule(self, text: str) -> "Rule | RuleProblem":
        """The rule that is written, when it is one and stands for this call."""
        from inhouse_agent.rules import RuleProblem, parse_rule

        rule = parse_rule(text, "allow")
        if isinstance(rule, RuleProblem):
            return rule
        name = self.question.name
        fits = all(rule.fits(name, access) for access in self.question.accesses)
        return rule if fits else RuleProblem(COVERS_NOT)

    def _keep_comment(self, text: str) -> None:
        self._comment = text
        self._close_entry()

    def _close_entry(self) -> None:
        self.opened = "choices"
        self.focus()

    def _decide(self, scope: Scope, *, allowed: bool = True, rule: "Rule | None" = None) -> None:
        if not self._decided:
            self._decided = True
            network = self.question.network if self._networked and allowed else None
            decided = self.Decided(self.question, allowed, scope, self._comment, rule, network)
            self.post_message(decided)

    def _arrange(self) -> None:
        """Show what belongs to this state, in the room that there is."""
        short, opened = self.short, self.opened
        self.set_class(short, "-short")
        self.query_one("#reason", Static).update(reason_of(self.question, short=short))
        self.query_one("#choices").display = opened == "choices"
        for name in ("comment", "rule"):
            entry = self.query_one(f"#{name}", Entry)
            opens = opened == name and not entry.display
            entry.display = opened == name
            if opens:
                entry.open(self._comment if name == "comment" else str(self._rule))
        granting = self.query_one("#network", Static)
        granting.display = self.question.network is not None and opened == "choices"
        granting.update(network_line(self.question, granted=self._networked))
        kept = self.query_one("#comment-kept", Static)
        kept.display = bool(self._comment) and opened == "choices"
        kept.update(join(Content.styled("With the comment: ", MUTED), line(self._comment)))
        for choice in self.query(Choice):
            choice.short = short
            choice.chosen = choice.answer == self._chosen
        self._hint()
        self.call_after_refresh(self._fit)

    def _hint(self, said: str = "", style: str = MUTED) -> None:
        """Say which keys do what now, or something else until the next key."""
        parts = (HINTS[self.opened], SCROLL if self._overflows else "")
        hint = said or " · ".join(part for part in parts if part)
        self.border_subtitle = Content.styled(hint, style)
        waiting = Content.styled(f" · {waiting_line(self.behind)}", MUTED) if self.behind else ""
        self.border_title = join(title_of(self.question), waiting)

    def _fit(self) -> None:
        """Give the preview what the others leave of two thirds of the screen."""
        if not self.is_mounted:
            return
        others = [one for one in self.children if one.display and not isinstance(one, Preview)]
        preview = self.query_one(Preview)
        rows = sum(one.outer_size.height + one.styles.margin.height for one in others)
        around = self.gutter.height + preview.styles.margin.height
        room = max(1, self.app.size.height * 2 // 3 - rows - around)
        preview.styles.max_height = room
        overflows = preview.virtual_size.height > room
        if overflows != self._overflows:
            self._overflows = overflows
            self._hint()
