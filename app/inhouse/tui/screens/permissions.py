"""/permissions: what goes ahead unasked now, by which rules, and where each is written."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from inhouse.live.rules_in_force import RuleInForce, Source
from inhouse.tui.screens.choice_list import ChoiceList
from inhouse.tui.screens.hints import Hints
from inhouse.tui.text import join, line
from inhouse_agent.events import Verdict
from inhouse_agent.permission import Mode

Forget = Callable[[RuleInForce], Awaitable[str]]
MUTED: Final = "$foreground-muted"
HEIGHTS = [(0, "-short"), (20, "-tall")]
MODE_WORDS: Final[dict[Mode, str]] = {
    "plan": "only reads",
    "ask": "asks before each write and each command",
    "auto-edit": "edits inside the folder and commands in the sandbox go ahead",
    "yolo": "nothing asks, whatever the rules below allow",
}
HEADINGS: Final[dict[Source, str]] = {
    "session": "For this session",
    "user": "Yours, in every session",
    "project": "This project's",
    "start": "Given at the start, by a flag or the environment",
}
VERDICTS: Final[dict[Verdict, tuple[str, str]]] = {
    "allow": ("✓ allow", "$text-success"),
    "ask": ("○ ask", "$text-warning"),
    "deny": ("✗ deny", "$text-error"),
}
NO_RULES: Final = "There are no rules. Answering a question with 2 or 3 makes one."
NOT_OURS: Final = "It is changed where it comes from: {}."
ELSEWHERE: Final = "the flags or the environment of the start"
SURE: Final = "Remove {} from your settings?"
LIST_KEYS: Final = (("↑↓", "choose"), ("x", "remove"), ("esc", "close"))
SURE_KEYS: Final = (("y", "remove"), ("n", "keep"))


class PermissionsScreen(ModalScreen[None]):
    """`forget` takes a rule of the session or of the person away; a text says why it cannot."""

    DEFAULT_CSS = """
    PermissionsScreen {
        align: center middle;
        & > Vertical {
            width: 100%;
            max-width: 88;
            height: auto;
            max-height: 100%;
            border: round $primary;
            border-title-color: $foreground;
            background: $surface;
            padding: 1 1 0 1;
        }
        #mode { height: auto; margin: 0 1 1 1; }
        #rules { height: auto; max-height: 16; }
        #said { height: auto; margin: 1 1 0 1; display: none; }
        #hints { height: auto; margin: 1 1 0 1; }
        &.-short {
            & > Vertical { padding: 0; height: 100%; }
            #mode { margin: 0 1; }
            #rules { height: 1fr; max-height: 100%; }
            #said, #hints { margin: 0 1; }
        }
    }
    """
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Close, or keep the rule"),
        Binding("x,delete,backspace", "remove", "Remove the rule"),
        Binding("y", "confirm", "Remove it for good"),
        Binding("n", "keep", "Keep it"),
    ]

    def __init__(self, mode: Mode, rules: Sequence[RuleInForce], forget: Forget) -> None:
        super().__init__()
        self._mode: Mode = mode
        self._rules = [rule for source in HEADINGS for rule in rules if rule.source == source]
        self._forget = forget
        self._sure: RuleInForce | None = None

    def compose(self) -> ComposeResult:
        """The mode, the rules by where they come from, and the keys."""
        with Vertical() as frame:
            frame.border_title = line("Permissions", "bold")
            yield Static(mode_line(self._mode), id="mode")
            yield ChoiceList(id="rules")
            yield Static(id="said")
            yield Hints(id="hints")

    def on_mount(self) -> None:
        """Begin at the first rule."""
        self._list_rules()
        self.query_one(ChoiceList).focus()

    def action_close(self) -> None:
        """Back to the conversation; when a rule was to be removed, it stays."""
        if self._sure is not None:
            self.action_keep()
        else:
            self.dismiss(None)

    async def action_remove(self) -> None:
        """Remove the chosen rule: one of the session at once, one of the person's after asking."""
        rule = self._chosen()
        if rule is None or self._sure is not None:
            return
        match rule.source:
            case "session":
                await self._remove(rule)
            case "user":
                self._sure = rule
                self._say(SURE.format(rule.rule), "$text-warning")
            case "project" | "start":
                self._say(NOT_OURS.format(rule.file or ELSEWHERE), MUTED)

    async def action_confirm(self) -> None:
        """Remove the rule that was asked about."""
        rule, self._sure = self._sure, None
        if rule is not None:
            await self._remove(rule)

    def action_keep(self) -> None:
        """Keep the rule that was asked about."""
        self._sure = None
        self._say("")

    @on(OptionList.OptionHighlighted)
    def _choose_another(self) -> None:
        self.action_keep()

    def _chosen(self) -> RuleInForce | None:
        rules = self.query_one(ChoiceList)
        if rules.highlighted is None:
            return None
        name = rules.get_option_at_index(rules.highlighted).id
        return self._rules[int(name)] if name is not None else None

    async def _remove(self, rule: RuleInForce) -> None:
        problem = await self._forget(rule)
        if problem:
            self._say(problem, "$text-error")
            return
        place = self._rules.index(rule)
        del self._rules[place]
        self._list_rules(place)

    def _say(self, text: str, style: str = "") -> None:
        said = self.query_one("#said", Static)
        said.display = bool(text)
        said.update(line(text, style))
        self.query_one(Hints).show(*(SURE_KEYS if self._sure else LIST_KEYS))

    def _list_rules(self, place: int = 0) -> None:
        """The rules under what says where they come from; `place` is the rule to choose."""
        rules = self.query_one(ChoiceList)
        rules.clear_options()
        heading = ""
        for number, rule in enumerate(self._rules):
            if heading != HEADINGS[rule.source]:
                heading = HEADINGS[rule.source]
                rules.add_option(Option(heading_line(rule), disabled=True))
            rules.add_option(Option(rule_line(rule), id=str(number)))
        if not self._rules:
            rules.add_option(Option(line(NO_RULES, MUTED), disabled=True))
        elif self._rules:
            rules.highlighted = rules.get_option_index(str(min(place, len(self._rules) - 1)))
        self._say("")


def mode_line(mode: Mode) -> Content:
    """The mode, and what it means."""
    words = Content.styled(f": {MODE_WORDS[mode]}", MUTED)
    return join("Mode ", Content.styled(mode, "bold"), words)


def heading_line(rule: RuleInForce) -> Content:
    """Where the rules that follow come from."""
    file = line(f"  {_short(rule.file)}", MUTED) if rule.file else ""
    return join(Content.styled(HEADINGS[rule.source], "$foreground bold"), file)


def rule_line(rule: RuleInForce) -> Content:
    """What the rule does, in a word, and the rule."""
    words, style = VERDICTS[rule.rule.verdict]
    return join("  ", Content.styled(f"{words:<8}", style), line(str(rule.rule)))


def _short(file: Path) -> str:
    """A file as people write it."""
    home = Path.home()
    return f"~/{file.relative_to(home)}" if file.is_relative_to(home) else str(file)
