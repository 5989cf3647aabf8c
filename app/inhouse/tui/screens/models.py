"""The models: which there are, which fit, how fast they were; use, download or delete one."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from inhouse.live.downloads import Downloads
from inhouse.live.fitting import Fit, describe_machine
from inhouse.live.models import ModelChoice, Models
from inhouse.tui.screens.choice_list import ChoiceList
from inhouse.tui.screens.download import DownloadView
from inhouse.tui.screens.field import Field
from inhouse.tui.screens.hints import Hints
from inhouse.tui.screens.model_rows import Look, details, heading, row
from inhouse.tui.text import line

HEIGHTS = [(0, "-short"), (20, "-middle"), (36, "-tall")]
NOTHING_FOUND = "Nothing here or in the catalogue is called so."
NO_FILE = "There is no GGUF file at this path."
IN_USE = "{} answers now: use another model first."


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person has to agree to with y, and what happens then."""

    text: str
    go_on: Callable[[], Awaitable[None]]


class ModelPicker(ModalScreen[str | None]):
    """Gives the name or path of the model to go on with, or None.

    `current` is the name of the model that answers now, `loaded` none while there is no other.
    """

    DEFAULT_CSS = """
    ModelPicker {
        align: center middle;
        & > Vertical {
            width: 100%;
            max-width: 112;
            height: auto;
            max-height: 100%;
            border: round $primary;
            border-title-color: $foreground;
            background: $surface;
            padding: 0 1;
        }
        #machine, #heading { color: $text-muted; height: 1; padding: 0 1; }
        #machine { margin: 0 0 1 0; }
        #search { margin: 0 0 1 0; }
        #choices { height: auto; max-height: 12; min-height: 2; }
        #details { height: auto; max-height: 9; padding: 0 1; margin: 1 0 0 0; }
        DownloadView { padding: 0 1; margin: 1 0 0 0; }
        #asked { height: auto; padding: 0 1; margin: 1 0 0 0; display: none; }
        #asked.-shown { display: block; }
        #hints { height: auto; padding: 0 1; margin: 1 0 0 0; }
        &.-short, &.-middle {
            & > Vertical { height: 100%; }
            #choices { height: 1fr; max-height: 100%; }
        }
        &.-short {
            #machine, #details { display: none; }
            #search, #hints, DownloadView, #asked { margin: 0; }
        }
    }
    """
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Stop the download, or close"),
        Binding("d", "download", "Download"),
        Binding("x,delete", "remove", "Delete"),
        Binding("b", "background", "Close, and let the download go on"),
        Binding("slash", "search", "Search"),
        Binding("y", "agree", "Yes"),
        Binding("n", "refuse", "No"),
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
    ]

    def __init__(self, models: Models, downloads: Downloads, current: str = "") -> None:
        super().__init__()
        self._models = models
        self._downloads = downloads
        self._current = current
        self._choices: tuple[ModelChoice, ...] = ()
        self._typed: ModelChoice | None = None
        self._shown: tuple[ModelChoice, ...] = ()
        self._fits: dict[str, Fit] = {}
        self._asked: Asked | None = None
        self._stale = True
        self._use_when_ready = ""

    def compose(self) -> ComposeResult:
        """One column: this machine, search, the list, and what is said of the chosen one."""
        with Vertical() as box:
            box.border_title = "Models"
            yield Static(id="machine", markup=False)
            yield Field("Search, or a path, or OWNER/REPO:QUANT", plain=True).named("search")
            yield Static(id="heading", markup=False)
            yield ChoiceList(id="choices")
            yield Static(id="details", markup=False)
            yield DownloadView(self._downloads)
            yield Static(id="asked", markup=False)
            yield Hints(id="hints")

    def on_mount(self) -> None:
        """Look at what there is, beside the loop."""
        self.query_one(ChoiceList).focus()
        self._begin_looking()

    def on_resize(self) -> None:
        """Rows are as wide as the list."""
        self.call_after_refresh(self._draw)

    async def _look(self) -> None:
        """Load the list when it may be another one, then work out how each model fits."""
        if self._stale:
            self._choices = await asyncio.to_thread(self._models.choices)
            self._stale = False
            self._filter()
            machine = await asyncio.to_thread(self._models.machine)
            self.query_one("#machine", Static).update(line(describe_machine(machine)))
        while (choice := self._next_to_judge()) is not None:
            self._fits[choice.name] = await asyncio.to_thread(self._models.fit, choice)
            self._draw_row(choice)

    def _look_anew(self) -> None:
        self._stale = True
        self._begin_looking()

    def _begin_looking(self) -> None:
        self.run_worker(self._look, exclusive=True, group="look")

    def _next_to_judge(self) -> ModelChoice | None:
        chosen = self._chosen()
        typed = (self._typed,) if self._typed else ()
        ordered = (*((chosen,) if chosen else ()), *typed, *self._choices)
        return next((choice for choice in ordered if choice.name not in self._fits), None)

    # What is shown.

    def _chosen(self) -> ModelChoice | None:
        at = self.query_one(ChoiceList).highlighted
        return self._shown[at] if at is not None and at < len(self._shown) else None

    def _filter(self) -> None:
        """Show what fits the search; the choice stays where it was as far as it is still there."""
        words = self.query_one("#search", Input).value.lower().split()
        matching = [one for one in self._choices if _matches(one, words)]
        before = self._chosen()
        wanted = before.name if before else self._current
        self._shown = (*((self._typed,) if self._typed else ()), *matching)
        names = [choice.name for choice in self._shown]
        self.query_one(ChoiceList).fill(names, wanted)
        self._draw()

    def _draw(self) -> None:
        """All rows, in the present width."""
        if not self.is_mounted:
            return
        choices = self.query_one(ChoiceList)
        width = choices.row_width
        self.query_one("#heading", Static).update(heading(width))
        choices.draw([row(choice, self._look_of(choice), width) for choice in self._shown])
        self._describe()

    def _draw_row(self, choice: ModelChoice) -> None:
        choices = self.query_one(ChoiceList)
        for at, shown in enumerate(self._shown):
            if shown.name == choice.name:
                prompt = row(shown, self._look_of(shown), choices.row_width)
                choices.replace_option_prompt_at_index(at, prompt)
        chosen = self._chosen()
        if chosen is not None and chosen.name == choice.name:
            self._describe()

    def _look_of(self, choice: ModelChoice) -> Look:
        download = self._downloads.current
        return Look(
            fit=self._fits.get(choice.name),
            speed=self._models.speed(choice.name),
            in_use=choice.name == self._current,
            download=download if download and download.name == choice.name else None,
        )

    def _describe(self) -> None:
        """What is said of the chosen one, and which keys do what."""
        chosen = self._chosen()
        if chosen is not None:
            said = details(chosen, self._look_of(chosen))
        else:
            written = self.query_one("#search", Input).value
            nothing = NO_FILE if written.startswith(("/", "~", ".")) else NOTHING_FOUND
            said = Content.styled(nothing if self._choices else "…", "$text-muted")
        self.query_one("#details", Static).update(said)
        asked = self.query_one("#asked", Static)
        asked.set_class(self._asked is not None, "-shown")
        asked.update(line(self._asked.text, "$warning") if self._asked else Content(""))
        self.query_one(Hints).show(*self._pairs(chosen))

    def _pairs(self, chosen: ModelChoice | None) -> list[tuple[str, str]]:
        if self._asked is not None:
            return [("y", "yes"), ("n", "no")]
        if self._downloads.running:
            return [("Esc", "stop the download"), ("b", "let it go on and close")]
        pairs: list[tuple[str, str]] = []
        if chosen is not None and chosen.here and not chosen.problem:
            pairs.append(("Enter", "use"))
        elif chosen is not None and not chosen.here:
            pairs += [("Enter", "download and use"), ("d", "download")]
        if chosen is not None and chosen.deletable:
            pairs.append(("x", "forget" if chosen.reference else "delete"))
        return [*pairs, ("/", "search"), ("Esc", "close")]

    # What a person does.

    @on(Input.Changed, "#search")
    def _search(self, event: Input.Changed) -> None:
        look_up = partial(self._look_up, event.value)
        self.run_worker(look_up, exclusive=True, group="typed")

    async def _look_up(self, text: str) -> None:
        self._typed = await asyncio.to_thread(self._models.typed, text)
        self._filter()
        if self._typed is not None:
            self.query_one(ChoiceList).highlighted = 0
        self._begin_looking()

    @on(Input.Submitted, "#search")
    async def _take_found(self) -> None:
        await self._take()

    @on(ChoiceList.OptionSelected)
    async def _take_selected(self) -> None:
        await self._take()

    @on(ChoiceList.OptionHighlighted)
    def _follow(self) -> None:
        self._asked = None
        self._describe()

    async def _take(self) -> None:
        """Use the chosen model; one that is not here is downloaded first."""
        chosen = self._chosen()
        if chosen is None or chosen.problem or self._asked is not None:
            return
        fit = self._fits.get(chosen.name)
        if fit is not None and fit.verdict == "too large":
            self._ask(f"{chosen.name} does not fit on this machine. Try it anyway?", self._use)
        else:
            await self._use()

    async def _use(self) -> None:
        chosen = self._chosen()
        if chosen is None:
            return
        if chosen.here:
            self.dismiss(chosen.name)
        else:
            self._use_when_ready = chosen.name
            self._download(chosen)

    def action_download(self) -> None:
        """Fetch the chosen model, or go on with what an earlier try has left."""
        chosen = self._chosen()
        if chosen is not None and not chosen.here:
            self._use_when_ready = ""
            self._download(chosen)

    def _download(self, choice: ModelChoice) -> None:
        if not self._downloads.start(choice.name) and self._downloads.current:
            running = self._downloads.current.name
            self.notify(f"{running} is being downloaded; the next one can follow it.", markup=False)

    def action_remove(self) -> None:
        """Delete the chosen model, after asking."""
        chosen = self._chosen()
        if chosen is None or not chosen.deletable:
            return
        if chosen.name == self._current:
            self.notify(IN_USE.format(chosen.name), severity="warning", markup=False)
            return
        verb = "Forget" if chosen.reference else "Delete"
        what = "; its file stays where it is" if chosen.reference else " from this machine"
        self._ask(f"{verb} {chosen.name}{what}?", self._remove)

    async def _remove(self) -> None:
        chosen = self._chosen()
        if chosen is None:
            return
        removed = await asyncio.to_thread(self._models.remove, chosen)
        severity = "error" if removed.failed else "information"
        self.notify(removed.text, severity=severity, markup=False)
        self._fits.pop(chosen.name, None)
        self._look_anew()

    def _ask(self, text: str, go_on: Callable[[], Awaitable[None]]) -> None:
        self.query_one(ChoiceList).focus()
        self._asked = Asked(text, go_on)
        self._describe()

    async def action_agree(self) -> None:
        """Yes to what is asked."""
        asked, self._asked = self._asked, None
        self._describe()
        if asked is not None:
            await asked.go_on()

    def action_refuse(self) -> None:
        """No to what is asked."""
        self._asked = None
        self._describe()

    def action_search(self) -> None:
        """Write into the search."""
        self.query_one("#search", Input).focus()

    def action_move(self, step: int) -> None:
        """Choose another row while the search has the focus."""
        choices = self.query_one(ChoiceList)
        if step > 0:
            choices.action_cursor_down()
        else:
            choices.action_cursor_up()

    async def action_leave(self) -> None:
        """Take back one step: the question, the download, the search, then the screen."""
        search = self.query_one("#search", Input)
        if self._asked is not None:
            self.action_refuse()
        elif self._downloads.running:
            await self._downloads.stop()
        elif search.has_focus or search.value:
            search.value = ""
            self.query_one(ChoiceList).focus()
        else:
            self.dismiss(None)

    def action_background(self) -> None:
        """Close, and let the download go on."""
        if self._downloads.running:
            self.dismiss(None)

    @on(DownloadView.Moved)
    def _follow_download(self, event: DownloadView.Moved) -> None:
        download = event.download
        if download.state == "done":
            if self._use_when_ready == download.name:
                self.dismiss(download.ready)
                return
            self._fits.pop(download.name, None)
        if download.state == "running":
            self._draw_row(ModelChoice(download.name, "catalogue"))
            self._describe()
        else:
            self._look_anew()


def _matches(choice: ModelChoice, words: list[str]) -> bool:
    """Whether every word stands in what is known of it."""
    known = (choice.name, choice.title, choice.note, choice.licence, choice.quantisation)
    aliases = choice.entry.aliases if choice.entry else ()
    text = " ".join((*known, *aliases)).lower()
    return all(word in text for word in words)
