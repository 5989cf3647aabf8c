"""What every app of the UI lets through: to the screen, to a toast, to the clipboard."""

import asyncio
import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.widgets import Static
from textual.widgets._toast import Toast

from inhouse.sanitise import strip_unsafe
from inhouse.tui.crash import GuardedApp
from inhouse.tui.terminal_gate import ControlFilter, GatedApp

UNSAFE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
HOSTILE = "a\x1b]52;c;eA==\x07b\u202ec\u200bd\r\ne\tf\x9b2Jg"
BLACK = Color(0, 0, 0)
texts = st.text(alphabet=st.characters() | st.sampled_from("\x1b\x9b\r\n\t\u202e\u200b\x7f"))


def test_the_app_of_the_person_is_behind_the_gate() -> None:
    assert issubclass(GuardedApp, GatedApp)


@given(texts)
def test_what_is_drawn_holds_no_control(text: str) -> None:
    style = Style(bold=True)
    (drawn,) = ControlFilter().apply([Segment(text, style)], BLACK)
    assert not any(unicodedata.category(char) in UNSAFE for char in drawn.text)
    assert drawn.style == style
    assert drawn.text == "".join(c for c in text if unicodedata.category(c) not in UNSAFE)


def test_harmless_lines_are_left_as_they_are() -> None:
    segments = [Segment("plain "), Segment("é 漢字 🙂")]
    assert ControlFilter().apply(segments, BLACK) is segments


@given(texts)
def test_what_is_copied_holds_no_control(text: str) -> None:
    copied = strip_unsafe(text)
    left = {char for char in copied if unicodedata.category(char) in UNSAFE}
    assert left <= {"\n", "\t"}
    assert strip_unsafe(copied) == copied


def test_copies_and_toasts_are_made_safe() -> None:
    class Quiet(GatedApp[None]):
        """An app with nothing in it."""

        def compose(self) -> list[Static]:
            return [Static("nothing")]

    async def main() -> None:
        app = Quiet()
        async with app.run_test(notifications=True) as pilot:
            app.copy_to_clipboard(HOSTILE)
            assert app.clipboard == "a]52;c;eA==bcd\ne\tf2Jg"
            app.notify("[@click=app.quit]press[/] \x1b[2J [/nope]", title="[b]t[/b]\x07")
            async with asyncio.timeout(60):
                while not app.screen.query(Toast):
                    await pilot.pause()
            shown = str(app.screen.query_one(Toast).render())
            assert "[@click=app.quit]press[/] \\x1b[2J [/nope]" in shown
            assert "[b]t[/b]\\x07" in shown

    asyncio.run(main())
