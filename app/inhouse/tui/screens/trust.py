"""The question whether a folder is trusted: what it brings along, and four answers."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Key, Paste, Resize
from textual.screen import ModalScreen
from textual.widgets import Static
from textual.widgets.option_list import Option

from inhouse.trust.question import REPLIES, Reply
from inhouse.trust.words import BESIDES, MEANING, describe, head_of
from inhouse.tui.asking.typing_guard import TypingGuard
from inhouse.tui.screens.choice_list import ChoiceList
from inhouse.tui.screens.folder import shorten
from inhouse.tui.screens.hints import Hints
from inhouse.tui.screens.page import HEIGHTS
from inhouse.tui.text import line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inhouse.trust.finding import Finding
    from inhouse.trust.question import TrustQuestion

NOT_NOW: Final = [reply for reply, _words in REPLIES].index("not now")
# Frame, head, meaning, answers, keys and the space between them.
ROWS_BESIDES: Final = 16
ROWS_BESIDES_SHORT: Final = 10
LEAST_ROWS: Final = 2
MOST_ROWS: Final = 200
MORE: Final = "and more: `inhouse trust --show` lists all"


class TrustScreen(ModalScreen[Reply]):
    """Gives what the person said; Esc is not now.

    Keys that come while they may still be typing for the editor are handed to `give_back`.
    """

    DEFAULT_CSS = """
    TrustScreen {
        align: center middle;
        & > Vertical {
            width: 100%;
            max-width: 92;
            height: auto;
            max-height: 100%;
            border: round $warning;
            border-title-color: $foreground;
            background: $surface;
            padding: 0 1;
        }
        #head, #meaning { height: auto; padding: 0 1; }
        #meaning { color: $text-muted; margin: 1 0; }
        #found { height: auto; padding: 0 1; margin: 1 0 0 0; scrollbar-size: 0 1; }
        #found Static { height: auto; }
        .file { text-style: bold; }
        .effect { padding: 0 0 0 2; }
        .besides { color: $text-muted; }
        #besides { margin: 1 0 0 0; color: $text-muted; }
        #answers { height: auto; }
        #hints { height: auto; padding: 0 1; margin: 1 0 0 0; }
        &.-short {
            #meaning { display: none; }
            #found, #hints { margin: 0; }
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(at), f"reply({at - 1})", words)
            for at, (_reply, words) in enumerate(REPLIES, 1)
        ),
        Binding("escape", f"reply({NOT_NOW})", "Not now"),
        Binding("enter", "take", "Give the chosen answer"),
        Binding("up", "move(-1)", "Up"),
        Binding("down", "move(1)", "Down"),
        Binding("pageup", "scroll_found(-1)", "Scroll up"),
        Binding("pagedown", "scroll_found(1)", "Scroll down"),
    ]
    AUTO_FOCUS = ""
    VERTICAL_BREAKPOINTS = HEIGHTS

    def __init__(
        self,
        question: "TrustQuestion",
        give_back: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._question = question
        self._give_back = give_back
        self._guard = TypingGuard(typing=True, clock=clock)

    def compose(self) -> ComposeResult:
        """What is there, what an answer means, and the answers."""
        question = self._question
        with Vertical() as box:
            title = (
                "Changed since you trusted it" if question.again else "Do you trust this folder?"
            )
            box.border_title = title
            head = head_of(question, shorten(question.project))
            yield Static(line(head, "bold"), id="head", markup=False)
            with VerticalScroll(id="found", can_focus=False):
                yield from self._rows()
            yield Static(line(MEANING), id="meaning", markup=False)
            options = [
                Option(Content.assemble((f"{at} ", "$primary"), words))
                for at, (_reply, words) in enumerate(REPLIES, 1)
            ]
            answers = ChoiceList(*options, id="answers")
            answers.can_focus = False
            yield answers
            yield Hints(id="hints")

    def on_mount(self) -> None:
        """The harmless answer is the one that Enter gives."""
        self.query_one(ChoiceList).highlighted = NOT_NOW
        self.query_one(Hints).show(("1-4", "answer"), ("PgDn", "scroll"), ("Esc", "not now"))

    def _rows(self) -> "Iterable[Static]":
        rows = [*_rows_of(self._question.asked)]
        if self._question.told:
            rows.append(Static(BESIDES, id="besides", markup=False))
            rows += _rows_of(self._question.told, " besides")
        if len(rows) > MOST_ROWS:
            rows = [*rows[:MOST_ROWS], Static(MORE, markup=False)]
        return rows

    def on_resize(self, event: Resize) -> None:
        """The list may take what all else leaves: the answers are always seen."""
        short = event.size.height < HEIGHTS[1][0]
        rows = event.size.height - (ROWS_BESIDES_SHORT if short else ROWS_BESIDES)
        self.query_one("#found").styles.max_height = max(LEAST_ROWS, rows)

    def on_key(self, event: Key) -> None:
        """What is still typed for the editor is no answer."""
        if self._guard.holds():
            event.stop()
            event.prevent_default()
            if event.is_printable and event.character:
                self._give_back(event.character)

    def on_paste(self, event: Paste) -> None:
        """Nor is what is pasted."""
        event.stop()
        self._give_back(event.text)

    @on(ChoiceList.OptionSelected)
    def _choose(self, event: ChoiceList.OptionSelected) -> None:
        self.action_reply(event.option_index)

    def action_reply(self, at: int) -> None:
        """Give this answer."""
        self.dismiss(REPLIES[at][0])

    def action_take(self) -> None:
        """Give the answer that the arrows chose."""
        self.action_reply(self.query_one(ChoiceList).highlighted or 0)

    def action_move(self, step: int) -> None:
        """Choose the answer above or below."""
        answers = self.query_one(ChoiceList)
        answers.highlighted = ((answers.highlighted or 0) + step) % len(REPLIES)

    def action_scroll_found(self, direction: int) -> None:
        """See more of what was found."""
        found = self.query_one("#found", VerticalScroll)
        (found.scroll_page_down if direction > 0 else found.scroll_page_up)(animate=False)


def _rows_of(findings: "Iterable[Finding]", classes: str = "") -> "Iterable[Static]":
    for file, effects in describe(findings):
        yield Static(line(file), classes=f"file{classes}", markup=False)
        for effect in effects:
            yield Static(line(effect), classes=f"effect{classes}", markup=False)
