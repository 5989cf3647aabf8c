"""The first start: no model is here yet, and a short way leads to one."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from inhouse.live.downloads import Downloads
from inhouse.live.fitting import Fit, describe_machine
from inhouse.live.models import ModelChoice, Models
from inhouse.live.proposing import (
    STARTERS,
    best_of,
    describe_pace,
    expectation,
    starter_of,
)
from inhouse.live.servers import leaves_machine, server_url
from inhouse.live.spelling import spell_size
from inhouse.tui.screens.choice_list import ChoiceList
from inhouse.tui.screens.column import ColumnScreen
from inhouse.tui.screens.download import DownloadView
from inhouse.tui.screens.field import Field
from inhouse.tui.screens.hints import Hints
from inhouse.tui.screens.path_field import PathField
from inhouse.tui.text import join, line
from inhouse_models.catalogue import find_entry
from inhouse_models.chat import ModelError, ModelInfo
from inhouse_models.proposal.propose import Proposal

AskServer = Callable[[str], Awaitable[ModelInfo | ModelError]]
PickModel = Callable[[], Awaitable[str | None]]
"""Shows all models; gives the name of the one that was chosen."""
INTRODUCTION = (
    "No model is on this machine yet. It is downloaded once; after that nothing leaves this"
    " machine."
)
HEIGHTS = [(0, "-short"), (20, "-tall")]
LOOKING = "Looking at this machine …"


@dataclass(frozen=True, slots=True)
class Way:
    """How a person came to a model: the name of one that is here, a GGUF file, a server's URL.

    `context` in tokens is what was proposed with it, 0 to leave it open.
    """

    kind: Literal["model", "file", "server"]
    value: str
    context: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to a model, as it is offered."""

    kind: Literal["model", "others", "file", "server"]
    title: str
    text: str
    choice: ModelChoice | None = None
    context: int = 0


class FirstRunScreen(ColumnScreen[Way | None]):
    """Gives the way that was taken, None when the person looks around without a model."""

    DEFAULT_CSS = """
    FirstRunScreen {
        DownloadView { padding: 0 1; height: auto; }
        #machine { color: $text-muted; margin: 1 0; }
        #offers { height: auto; }
        #fields { height: auto; }
        #file, #server { margin: 1 1 0 1; display: none; }
        DownloadView { margin: 1 0 0 0; }
        #problem { display: none; margin: 1 0 0 0; }
        .-shown { display: block !important; }
        &.-short {
            #introduction, #title { display: none; }
            #machine { margin: 0; }
        }
    }
    """
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back, or look around")]

    def __init__(
        self, models: Models, downloads: Downloads, ask_server: AskServer, pick_model: PickModel
    ) -> None:
        super().__init__()
        self._models = models
        self._downloads = downloads
        self._ask_server = ask_server
        self._pick_model = pick_model
        self._offers: tuple[Offer, ...] = ()
        self._wanted = ""
        self._proposed_context = 0
        self._warned_of = ""

    def compose(self) -> ComposeResult:
        """One column, from what is missing to what can be done."""
        with VerticalScroll(can_focus=False):
            yield Static("inhouse", id="title", markup=False)
            yield Static(INTRODUCTION, id="introduction", markup=False)
            yield Static(LOOKING, id="machine", markup=False)
            yield ChoiceList(id="offers")
            with Vertical(id="fields"):
                yield PathField("Path of a GGUF file; Tab completes", _is_gguf).named("file")
                yield Field("URL, such as http://127.0.0.1:8080").named("server")
            yield DownloadView(self._downloads)
            yield Static(id="problem", markup=False)
            yield Hints(id="hints")

    def on_mount(self) -> None:
        """Look at the machine beside the loop."""
        self.query_one(ChoiceList).focus()
        self._show_hints()
        self.run_worker(self._look, exclusive=True, group="look")

    def on_resize(self) -> None:
        """Offers are as wide as the list."""
        self.call_after_refresh(self._draw)

    async def _look(self) -> None:
        choices, fits, proposal = await asyncio.to_thread(self._judge)
        said = f"This machine: {describe_machine(proposal.machine)}."
        self.query_one("#machine", Static).update(line(said))
        self._offers = offers_of(choices, fits, proposal)
        self.query_one(ChoiceList).fill([offer.title for offer in self._offers], "")
        self._draw()

    def _judge(self) -> tuple[tuple[ModelChoice, ...], dict[str, Fit], Proposal]:
        choices, proposal = self._models.choices(), self._models.proposal()
        starters = {entry.name for entry in map(find_entry, STARTERS) if entry}
        fits = {one.name: self._models.fit(one) for one in choices if one.name in starters}
        return choices, fits, proposal

    def _draw(self) -> None:
        offers = self.query_one(ChoiceList)
        short = self.has_class("-short")
        width = offers.row_width
        offers.draw([describe_offer(offer, width, short=short) for offer in self._offers])
        offers.refresh(layout=True)

    def _show_hints(self) -> None:
        hints = self.query_one(Hints)
        if self._downloads.running:
            hints.show(("Esc", "stop; what is there is kept"))
        elif self._field_open():
            hints.show(("Enter", "go on"), ("Tab", "complete"), ("Esc", "back"))
        else:
            hints.show(("Enter", "choose"), ("Esc", "look around without a model"))

    @on(ChoiceList.OptionSelected)
    def _choose(self, event: ChoiceList.OptionSelected) -> None:
        if self._downloads.running:
            return
        self._say("")
        offer = self._offers[event.option_index]
        if offer.choice is not None and offer.choice.here:
            self.dismiss(Way("model", offer.choice.name, offer.context))
        elif offer.choice is not None:
            self._wanted, self._proposed_context = offer.choice.name, offer.context
            self._downloads.start(offer.choice.name)
        elif offer.kind == "others":
            self.run_worker(self._pick, exclusive=True, group="pick")
        else:
            self._open_field(offer.kind)

    async def _pick(self) -> None:
        name = await self._pick_model()
        if name:
            self.dismiss(Way("model", name))
        elif self._downloads.running and self._downloads.current is not None:
            # The person has let it go on: it ends here as one that was begun here.
            self._wanted, self._proposed_context = self._downloads.current.name, 0
            self._show_hints()

    def _field_open(self) -> bool:
        return any(self.query_one(field).has_class("-shown") for field in ("#file", "#server"))

    def _open_field(self, kind: str) -> None:
        for field in ("file", "server"):
            self.query_one(f"#{field}").set_class(field == kind, "-shown")
        wanted = self.query_one(f"#{kind}", Input) if kind else self.query_one(ChoiceList)
        wanted.focus()
        self.call_after_refresh(wanted.scroll_visible)
        self._show_hints()

    @on(Input.Changed, "#file,#server")
    def _clear_problem(self) -> None:
        self._say("")

    @on(Input.Submitted, "#file")
    async def _take_file(self) -> None:
        field = self.query_one(PathField)
        choice = await asyncio.to_thread(self._models.typed, str(field.path))
        if choice is None or choice.path is None:
            self._say(f"There is no GGUF file at {field.path}.")
            return
        fit = await asyncio.to_thread(self._models.fit, choice)
        if fit.verdict in ("unknown", "too large"):
            self._say(" ".join(fit.reasons))
            return
        self.dismiss(Way("file", choice.name))

    @on(Input.Submitted, "#server")
    def _take_server(self, event: Input.Submitted) -> None:
        url = server_url(event.value)
        away = leaves_machine(url)
        if not url:
            return
        if away and self._warned_of != url:
            self._warned_of = url
            self._say(f"{away} Enter again goes on.", warning=True)
            return
        self._say(f"Asking {url} …", warning=True)
        self.run_worker(partial(self._try_server, url), exclusive=True, group="server")

    async def _try_server(self, url: str) -> None:
        found = await self._ask_server(url)
        if isinstance(found, ModelError):
            self._say(found.text)
        else:
            self.dismiss(Way("server", url))

    def _say(self, text: str, *, warning: bool = False) -> None:
        problem = self.query_one("#problem", Static)
        problem.set_class(bool(text), "-shown")
        sign = Content("") if warning or not text else Content.styled("✗ ", "$error")
        problem.update(join(sign, line(text, "$warning" if warning else "")))
        if text:
            self.call_after_refresh(problem.scroll_visible)

    async def action_leave(self) -> None:
        """Take back one step: the download, the field, then the screen."""
        if self._downloads.running:
            await self._downloads.stop()
        elif self._field_open():
            self._say("")
            self._open_field("")
        else:
            self.dismiss(None)

    @on(DownloadView.Moved)
    def _follow_download(self, event: DownloadView.Moved) -> None:
        download, view = event.download, self.query_one(DownloadView)
        self._show_hints()
        if download.state == "done" and download.name == self._wanted:
            self.dismiss(Way("model", download.ready, self._proposed_context))
        elif download.state != "running":
            self.call_after_refresh(view.scroll_visible)


def offers_of(
    choices: tuple[ModelChoice, ...], fits: dict[str, Fit], proposal: Proposal
) -> tuple[Offer, ...]:
    """The ways to a model, the quickest one first."""
    offers: list[Offer] = []
    starter, best = starter_of(choices, fits), best_of(choices, proposal)
    if starter is not None and starter.entry is not None:
        offers.append(Offer("model", "Start at once", expectation(starter.entry), starter))
    if best is not None and best.entry is not None and best != starter:
        text = f"{expectation(best.entry)}{describe_pace(proposal)}"
        context = proposal.chosen.context if proposal.chosen else 0
        offers.append(Offer("model", "Best that fits here", text, best, context))
    return (
        *offers,
        Offer("others", "Another model", "The whole catalogue, and whether each fits here."),
        Offer("file", "A GGUF file I have", "Any model that llama.cpp can load."),
        Offer("server", "A server", "llama-server, vLLM, Ollama, LM Studio and the like."),
    )


def describe_offer(offer: Offer, width: int, *, short: bool = False) -> Content:
    """What it is with its size, and below what to expect, unless that is to be `short`."""
    size, name = "", ""
    if offer.choice is not None:
        name = f"   {offer.choice.title.removesuffix(' Instruct')}"
        about = "" if offer.choice.exact else "~"
        size = f"{about}{spell_size(offer.choice.size)}" if offer.choice.size else ""
    room = max(1, width - len(size) - 2)
    title = join(line(offer.title), line(name, "not bold $text-muted"))
    if title.cell_length > room:
        title = line(offer.title)
    first = join(
        title.truncate(room, ellipsis=True, pad=True),
        "  ",
        Content.styled(size, "not bold $text-muted"),
    )
    if short:
        return first
    text = line(offer.text, "not bold $text-muted").truncate(max(1, width - 2), ellipsis=True)
    return join(first, "\n  ", text)


def _is_gguf(path: Path) -> bool:
    return path.suffix.lower() == ".gguf"
