"""A prompt that comes back into the composer brings its images along."""

import asyncio
import base64
from pathlib import Path

from tests.tui.test_composer_images import png
from tests.tui.whole_app import make_folder, running

from inhouse.tui.composer.chips import Picture, Written
from inhouse.tui.composer.returning import as_written
from inhouse.tui.screens.rewind import RewindScreen
from inhouse_models.scripted import ScriptedModel, say


def url(data: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


def test_labels_are_chips_again_in_their_order(tmp_path: Path) -> None:
    labels = "[image a.png 2*3 #1] and [image b.png 4*5 #1]".replace("*", "\N{MULTIPLICATION SIGN}")
    prompt = f"see {labels}, not [image c.png #2]"
    written = as_written(prompt, (url(png(2, 3)), url(png(4, 5))), tmp_path)
    first, second = written.pictures
    assert (first.name, first.width, first.height) == ("a.png", 2, 3)
    assert (second.name, second.width, second.height) == ("b.png", 4, 5)
    assert Path(first.path).read_bytes() == png(2, 3)
    assert written.text == prompt


def test_what_is_no_image_stays_a_label(tmp_path: Path) -> None:
    prompt = "[image a.png 2\N{MULTIPLICATION SIGN}3 #1]"
    for sent in ((), ("data:image/png;base64,!!",), (url(b"no image"),)):
        assert as_written(prompt, sent, tmp_path) == Written(prompt)


def test_rewinding_puts_the_image_back(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    file = tmp_path / "shot.png"
    file.write_bytes(png(6, 7))

    async def run() -> Picture:
        async with running(folder, ScriptedModel((say("A cat."),))) as stage:
            picture = Picture(str(file), "shot.png", 6, 7)
            label = "[image shot.png 6\N{MULTIPLICATION SIGN}7 #1]"
            stage.app.composer.put(Written(f"what is {label}", {label: picture}))
            await stage.pilot.press("enter")
            await stage.pilot.pause()
            await stage.until(lambda: stage.app.live.state == "ready" and "cat" in stage.texts())
            file.unlink()
            await stage.send("/rewind")
            await stage.until(lambda: isinstance(stage.app.screen, RewindScreen))
            await stage.pilot.press("2")
            await stage.until(lambda: "Went back to before" in stage.texts())
            await stage.settle()
            (again,) = stage.app.composer.written.pictures
            return again

    again = asyncio.run(run())
    assert (again.width, again.height) == (6, 7)
    assert Path(again.path).read_bytes() == png(6, 7)
