"""`inhouse setup` at a terminal: asked, stopped in the download, gone on with, measured, used."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.e2e.terminal import Terminal
from tests.models.hub_server import Hub, serve
from tiny_models import write_tiny_model

from inhouse.sources import user_file
from inhouse_models.store import models_folder

pytestmark = pytest.mark.model
NAME = "owner/models/tiny.gguf"
STORED = "owner--models--tiny"
FIRST = 1_000_000
# The connection breaks after so many bytes, and then at once, again and again.
BROKEN = [FIRST, *[0] * 20]


@pytest.fixture(scope="module")
def weights(small_model: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A model that is measured in a moment, as a hub has it."""
    path = tmp_path_factory.mktemp("hub") / "tiny.gguf"
    write_tiny_model("qwen2", small_model, path)
    return path.read_bytes()


@pytest.fixture
def hub(weights: bytes) -> Iterator[Hub]:
    """A hub on this machine with one model, whose line breaks."""
    with serve(Hub({NAME: weights}, cuts=list(BROKEN))) as offered:
        yield offered


@pytest.fixture
def set_up(hub: Hub, tmp_path: Path) -> Iterator[Callable[[], Terminal]]:
    """Starts the command in a terminal of its own; nothing of the program stays behind."""
    variables = {
        "HF_ENDPOINT": hub.address,
        "INHOUSE_CONTEXT": "2048",
        "INHOUSE_THREADS": "1",
    }
    with ExitStack() as opened:

        def start() -> Terminal:
            terminal = Terminal(tmp_path, variables, columns=160, rows=60)
            opened.callback(terminal.close)
            terminal.start("setup", "-m", NAME)
            return terminal

        yield start


def test_a_stopped_download_goes_on_until_the_model_answers(
    set_up: Callable[[], Terminal], hub: Hub, weights: bytes
) -> None:
    terminal = set_up()
    terminal.wait_for(f"Download {NAME}, load it and measure it? [Y/n]")
    assert hub.requests == []
    terminal.press("enter")
    terminal.wait_until(lambda: len(hub.downloads) > 1)
    terminal.press("ctrl+c")
    terminal.wait_for("Stopped. What was downloaded is kept (1 MB): the same command goes on")
    assert terminal.wait_for_end() == 130
    assert not user_file().exists()

    hub.cuts.clear()
    asked = len(hub.downloads)
    terminal = set_up()
    terminal.wait_for("load it and measure it? [Y/n]")
    terminal.type("y\r")
    terminal.wait_for("Measured", "This hardware should write", "answers from now on? [Y/n]")
    assert hub.downloads[asked:] == [f"bytes={FIRST}-"]
    assert (models_folder() / f"{STORED}.gguf").read_bytes() == weights
    assert not user_file().exists()
    terminal.type("y\r")
    terminal.wait_for(f"{STORED} answers from now on: inhouse")
    assert terminal.wait_for_end() == 0
    assert f'model = "{STORED}"' in user_file().read_text(encoding="utf-8")


def test_who_says_no_keeps_everything_as_it_is(set_up: Callable[[], Terminal], hub: Hub) -> None:
    for answer, said, code in (("n\r", "Nothing was changed.", 0), ("\x03", "Stopped.", 130)):
        terminal = set_up()
        terminal.wait_for("load it and measure it? [Y/n]")
        terminal.type(answer)
        terminal.wait_for(said)
        assert terminal.wait_for_end() == code
    assert hub.requests == []
    assert not user_file().exists()
    assert not models_folder().exists() or not any(models_folder().glob("*.gguf"))
