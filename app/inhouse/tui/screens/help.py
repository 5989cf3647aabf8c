"""/help: every key and every slash command, found by typing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.dom import DOMNode
from textual.widgets import Input, Static

from inhouse.tui.screens.facts import Fact, FactGroup, FactRow, as_text, fact_rows
from inhouse.tui.screens.page import Page
from inhouse.tui.text import line

if TYPE_CHECKING:
    from inhouse.tui.commands.command import SlashCommand

SEARCH: Final = "Type to search"
NOTHING: Final = "No key and no command is called so."
SPELT: Final = {
    "ctrl": "Ctrl",
    "shift": "Shift",
    "alt": "Alt",
    "escape": "Esc",
    "enter": "Enter",
    "tab": "Tab",
    "space": "Space",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "Page up",
    "pagedown": "Page down",
    "home": "Home",
    "end": "End",
    "delete": "Del",
    "backspace": "Backspace",
    "question_mark": "?",
    "slash": "/",
    "exclamation_mark": "!",
    "at": "@",
    "underscore": "_",
}


@dataclass(frozen=True, slots=True)
class KeyGroup:
    """Keys that work in one place: those of these classes, in their order."""

    heading: str
    owners: tuple[type[DOMNode], ...]
    more: tuple[tuple[str, str], ...] = ()


class HelpScreen(Page):
    """Keys by place, then commands; what is typed leaves only what fits."""

    heading = "Help"
    head_rows = 2
    AUTO_FOCUS = "#search"
    DEFAULT_CSS = """
    HelpScreen {
        #search { border: none; height: 1; padding: 0; margin: 0 0 1 0; background: $surface; }
        #search:focus { border: none; background-tint: transparent; }
        #none { display: none; }
        #none.-shown { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", priority=True),
        Binding("up", "scroll(-1)", "Up", show=False, priority=True),
        Binding("down", "scroll(1)", "Down", show=False, priority=True),
        Binding("pageup", "scroll(-10)", "Page up", show=False, priority=True),
        Binding("pagedown", "scroll(10)", "Page down", show=False, priority=True),
    ]

    def __init__(self, groups: Sequence[KeyGroup], commands: "Sequence[SlashCommand]") -> None:
        super().__init__()
        self._groups = [key_facts(group) for group in groups] + [command_facts(commands)]

    def compose_head(self) -> ComposeResult:
        """What to look for."""
        search = Input(placeholder=SEARCH, id="search", compact=True)
        search.cursor_blink = False
        yield search

    def compose_body(self) -> ComposeResult:
        """Everything; searching only hides."""
        for group in self._groups:
            yield from fact_rows([group])
        yield Static(line(NOTHING), classes="muted", id="none")

    def keys(self) -> tuple[tuple[str, str], ...]:
        """What works while one types."""
        return (("type", "search"), ("↑↓", "scroll"), ("esc", "close"))

    @on(Input.Changed)
    def search(self, event: Input.Changed) -> None:
        """Show what has all the words in it."""
        words = event.value.lower().split()
        rows = iter([*self.query(FactRow)])
        headings = iter([*self.query(".heading")])
        found = False
        for group in self._groups:
            fitting = [fits(fact, group.heading, words) for fact in group.facts]
            next(headings).display = any(fitting)
            for fit in fitting:
                next(rows).display = fit
            found = found or any(fitting)
        self.query_one("#none").set_class(not found, "-shown")
        self.query_one("#body", VerticalScroll).scroll_home(animate=False)

    def action_scroll(self, count: int) -> None:
        """Move the text while the search stays ready."""
        self.query_one("#body", VerticalScroll).scroll_relative(y=count, animate=False)

    def copied_text(self) -> str:
        """Everything."""
        return as_text(self._groups)


def fits(fact: Fact, heading: str, words: Sequence[str]) -> bool:
    """Whether every word stands somewhere in the fact or its heading."""
    text = f"{fact.name} {fact.value} {heading}".lower()
    return all(word in text for word in words)


def key_facts(group: KeyGroup) -> FactGroup:
    """What the bindings of these classes do; keys that do the same stand together."""
    found: dict[str, list[str]] = {}
    for owner in group.owners:
        for binding in Binding.make_bindings(owner.BINDINGS):
            if binding.description and not binding.system:
                keys = found.setdefault(binding.description, [])
                spelt = binding.key_display or spell_key(binding.key)
                keys += [spelt] if spelt not in keys else []
    facts = [Fact(", ".join(keys), description) for description, keys in found.items()]
    facts += [Fact(key, description) for key, description in group.more]
    return FactGroup(group.heading, tuple(facts))


def command_facts(commands: "Sequence[SlashCommand]") -> FactGroup:
    """Each command with what it takes."""
    facts = [
        Fact(f"/{command.name}", f"{command.summary}{_takes(command)}") for command in commands
    ]
    return FactGroup("Commands", tuple(facts))


def _takes(command: "SlashCommand") -> str:
    return f": /{command.name} {command.takes}" if command.takes else ""


def spell_key(key: str) -> str:
    """A key as it stands on a keyboard, such as Ctrl+R."""
    *modifiers, last = key.split("+")
    spelt = [SPELT.get(one, one.capitalize()) for one in modifiers]
    if len(last) > 1:
        last = SPELT.get(last, last.capitalize())
    elif modifiers:
        last = last.upper()
    return "+".join([*spelt, last])
