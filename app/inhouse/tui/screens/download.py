"""How far a download is, or how it ended."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from inhouse.live.downloads import Download, Downloads
from inhouse.live.spelling import spell_seconds, spell_size
from inhouse.tui.screens.amounts import percent
from inhouse.tui.text import join, line, lines

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_BAR = 40
SHORTEST_BAR = 10
# Below it the figures stand under the bar.
ONE_LINE = 76
DONE, LEFT = "━", "─"


class DownloadView(Widget):
    """Follows the downloads; takes no room before there is one of interest.

    What ended before this was shown is of no interest any more.
    """

    @dataclass
    class Moved(Message):
        """A download has changed."""

        download: Download

    DEFAULT_CSS = """
    DownloadView {
        height: auto;
        width: 1fr;
        display: none;
        &.-shown { display: block; }
    }
    """
    download: reactive[Download | None] = reactive[Download | None](None, layout=True)

    def __init__(self, downloads: Downloads) -> None:
        super().__init__()
        self._downloads = downloads
        self._stop_listening: Callable[[], None] = _nothing

    def on_mount(self) -> None:
        """Show what runs, and hear of what comes."""
        self._stop_listening = self._downloads.listen(self._hear)
        if self._downloads.running:
            self.download = self._downloads.current

    def on_unmount(self) -> None:
        """The download goes on without us."""
        self._stop_listening()

    def _hear(self, download: Download) -> None:
        self.download = download
        self.post_message(self.Moved(download))

    def watch_download(self) -> None:
        """Appear, or give the room back."""
        self.set_class(self.download is not None, "-shown")

    def render(self) -> Content:
        """One to four lines."""
        return describe_download(self.download, self.size.width) if self.download else Content("")


def _nothing() -> None:
    """Before there is anything to end."""


def describe_download(download: Download, width: int) -> Content:
    """What a person wants to know of a download now."""
    name = line(download.name)
    match download.state:
        case "done":
            return join(Content.styled("✓ ", "$success"), name, " is on this machine.")
        case "stopped":
            kept = f" {spell_size(download.done)} are kept." if download.done else ""
            return join("○ ", name, f": the download was stopped.{kept}")
        case "failed":
            return join(
                Content.styled("✗ ", "$error"),
                lines(download.problem or f"{download.name} could not be downloaded."),
                "\n",
                line(download.advice, "$text-muted"),
            )
        case "running":
            heading = join(name, line(f": {download.step}", "$text-muted"))
            return join(heading, "\n", describe_progress(download, width))


def describe_progress(download: Download, width: int) -> Content:
    """The bar and its figures, in two lines where the width is small."""
    if download.total <= 0:
        return Content.styled("…", "$text-muted")
    sizes = f"{spell_size(download.done)} of {spell_size(download.total)}"
    figures = [percent(download.done, download.total), sizes]
    if download.rate > 0:
        figures.append(f"{spell_size(round(download.rate))}/s")
    if download.seconds_left is not None:
        figures.append(f"{spell_seconds(download.seconds_left, tenths=False)} left")
    text = Content.styled("   ".join(figures), "$text-muted")
    if width >= ONE_LINE:
        room = width - text.cell_length - 2
        return join(draw_bar(download, min(LONGEST_BAR, max(SHORTEST_BAR, room))), "  ", text)
    return join(draw_bar(download, min(LONGEST_BAR, max(SHORTEST_BAR, width))), "\n", text)


def draw_bar(download: Download, width: int) -> Content:
    """The share that is done; without colours it is told by the weight of the line."""
    filled = width * min(download.done, download.total) // download.total
    return Content.assemble((DONE * filled, "$accent"), (LEFT * (width - filled), "$text-muted"))
