"""What a terminal sends, told apart."""

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as some
from textual import events, messages
from textual.message import Message

from inhouse.tui.terminal.answers import TerminalSaid
from inhouse.tui.terminal.parser import TerminalParser

FOREVER = 1e9


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("textual._parser.get_time", clock)
    return clock


def told(found: Iterable[Message]) -> list[str]:
    """What came, in short: keys by their names, text of pastes, and the rest by its kind."""
    names: list[str] = []
    for one in found:
        match one:
            case events.Key():
                names.append(one.key)
            case events.Paste():
                names.append(f"paste {one.text}")
            case _:
                names.append(type(one).__name__)
    return names


def read(*pieces: str) -> list[str]:
    """What pieces mean that come right after each other."""
    parser = TerminalParser(FOREVER)
    return told(message for piece in pieces for message in parser.feed(piece))


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        ("aä", ["a", "ä"]),
        ("\r", ["enter"]),
        ("\n", ["ctrl+j"]),
        ("\x1b\r", ["ctrl+j"]),
        ("\x1b[27;2;13~", ["shift+enter"]),
        ("\x1b[13;2u", ["shift+enter"]),
        ("\x1b[A\x1bOB", ["up", "down"]),
        ("\x1b[1;3A", ["alt+up"]),
        ("\x1b\x1b[A", ["alt+up"]),
        ("\x1b\x1b[1;2D", ["alt+shift+left"]),
        ("\x1b[1;5D\x1b[1;5C", ["ctrl+left", "ctrl+right"]),
        ("\x1bb\x1bf", ["ctrl+left", "ctrl+right"]),
        ("\x1bd\x1bo", ["alt+d", "alt+o"]),
        ("\x7f\x08\x1b\x7f", ["backspace", "ctrl+backspace", "ctrl+w"]),
        ("\x1b[H\x1b[F\x1b[1~\x1b[4~\x1bOH\x1bOF", ["home", "end"] * 3),
        ("\x1b[3~\x1b[5~\x1b[6~", ["delete", "pageup", "pagedown"]),
        ("\x1b[Z", ["shift+tab"]),
        ("\x1b[[A\x1bOP\x1b[11~", ["f1"] * 3),
        ("\x1b[27u", ["escape"]),
        ("\x1b[I\x1b[O", ["AppFocus", "AppBlur"]),
        ("\x1b[<0;3;4M", ["MouseDown"]),
        ("\x1b[M !!x", ["x"]),
        ("\x1b[?2026;1$y\x1b[?2026;0$y", ["TerminalSupportsSynchronizedOutput"]),
        ("\x1b[48;30;100;600;1000t", ["Resize"]),
        ("\x1bPx", ["alt+shift+p", "x"]),
        ("\x1b[\r", ["alt+left_square_bracket", "enter"]),
        ("\x1b[12\x1b[A", ["up"]),
    ],
)
def test_keys(sent: str, keys: Sequence[str]) -> None:
    assert read(sent) == [*keys]
    assert read(*sent) == [*keys]


def test_alt_with_a_letter_writes_no_letter() -> None:
    alt = next(one for one in TerminalParser(FOREVER).feed("\x1bdx") if isinstance(one, events.Key))
    assert (alt.key, alt.is_printable) == ("alt+d", False)


def test_what_backspace_is_depends_on_the_terminal() -> None:
    assert told(TerminalParser(FOREVER, deletes="\x08").feed("\x08")) == ["backspace"]


@pytest.mark.parametrize(
    "answer",
    [
        "\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\",
        "\x1b]11;rgb:1e/1e/1e\x07",
        "\x1b]10;rgb:1e/1e/1e\x07",
        "\x1b[?62;22c",
        "\x1b[>0;276;0c",
        "\x1b[?1u",
        "\x1b[?997;1n",
        "\x1bP>|XTerm(370)\x1b\\",
        "\x1bP1+r524742=38\x1b\\",
        "\x1b_Gi=4294967295;OK\x1b\\",
        "\x1b[6;18;9t",
        "\x1b[?12;4$y",
    ],
)
def test_an_answer_is_never_typed_and_takes_no_key_away(answer: str) -> None:
    for at in range(len(answer)):
        assert [one for one in read("a" + answer[:at], answer[at:] + "b") if len(one) == 1] == [
            "a",
            "b",
        ]


def test_answers_are_told() -> None:
    parser = TerminalParser(FOREVER)
    said = "\x1b]11;rgb:ff/ff/ff\x07\x1b[?1u\x1b_Gi=4294967295;OK\x1b\\\x1b[?62c"
    found = [one for one in parser.feed(said) if isinstance(one, TerminalSaid)]
    assert [one.dark for one in found] == [False, None, None, None]
    assert [one.tells_keys_apart for one in found] == [None, True, None, None]
    assert [one.shows_images for one in found] == [None, None, True, None]
    assert [one.done for one in found] == [False, False, False, True]


def test_escape_is_the_key_when_nothing_follows(clock: Clock) -> None:
    parser = TerminalParser(0.05, clock=clock)
    assert told(parser.feed("\x1b")) == []
    assert parser.patience == pytest.approx(0.05)
    clock.now += 0.04
    assert told(parser.tick()) == []
    clock.now += 0.02
    assert told(parser.tick()) == ["escape"]
    assert parser.patience is None


def test_two_escapes_are_two_keys(clock: Clock) -> None:
    parser = TerminalParser(0.05, clock=clock)
    assert told(parser.feed("\x1b\x1b")) == []
    clock.now += 0.06
    assert told(parser.tick()) == ["escape", "escape"]


@pytest.mark.parametrize(
    ("begun", "key"), [("\x1b_", "alt+underscore"), ("\x1b[", "alt+left_square_bracket")]
)
def test_alt_with_what_begins_sequences_is_a_key_after_a_while(
    begun: str, key: str, clock: Clock
) -> None:
    parser = TerminalParser(0.05, clock=clock)
    assert told(parser.feed(begun)) == []
    clock.now += 0.5
    assert told(parser.tick()) == [key]


def test_an_arrow_whose_rest_comes_late_is_not_typed(clock: Clock) -> None:
    parser = TerminalParser(0.05, clock=clock)
    assert told(parser.feed("\x1b")) == []
    clock.now += 0.2
    assert told(parser.tick()) == ["escape"]
    assert told(parser.feed("[A")) == ["up"]
    assert told(parser.feed("[A")) == ["left_square_bracket", "A"]


def test_brackets_that_a_person_types_after_escape_are_typed(clock: Clock) -> None:
    parser = TerminalParser(0.05, clock=clock)
    found = told(parser.feed("\x1b"))
    clock.now += 0.1
    found += told(parser.tick())
    found += told(parser.feed("["))
    clock.now += 0.1
    found += told(parser.tick())
    found += told(parser.feed("x"))
    assert found == ["escape", "left_square_bracket", "x"]


def test_the_middle_of_a_sequence_may_take_its_time(clock: Clock) -> None:
    parser = TerminalParser(0.05, clock=clock)
    found = told(parser.feed("\x1b["))
    clock.now += 0.3
    found += told(parser.tick()) + told(parser.feed("1;"))
    clock.now += 0.9
    found += told(parser.tick()) + told(parser.feed("5D"))
    assert found == ["ctrl+left"]


def test_a_terminal_that_tells_keys_apart_never_means_the_key(clock: Clock) -> None:
    parser = TerminalParser(0.05, clock=clock)
    assert told(parser.feed("\x1b[?1u\x1b")) == ["TerminalSaid"]
    clock.now += 0.5
    assert told(parser.tick()) == []
    assert told(parser.feed("[A")) == ["up"]


@given(some.text(some.characters(exclude_characters="\x00", codec="utf-8")))
def test_a_paste_is_text_whatever_it_holds(text: str) -> None:
    text = text.replace("\x1b[201~", "")
    sent = f"a\x1b[200~{text}\x1b[201~b"
    if "\x1b[201~" in (text + "\x1b[201~")[:-6]:
        return
    assert read(sent) == ["a", f"paste {text}", "b"]


@pytest.mark.parametrize("hostile", ["\x1b", "\x1b" + "x" * 40 + "\r", "\x1b]0;t\x07", "\x1b[A\r"])
def test_nothing_in_a_paste_is_a_key(hostile: str, clock: Clock) -> None:
    parser = TerminalParser(0.05, clock=clock)
    found = told(parser.feed(f"\x1b[200~{hostile}"))
    clock.now += 5
    found += told(parser.tick())
    found += told(parser.feed("\x1b[201~"))
    assert found == [f"paste {hostile}"]


@given(some.lists(some.text(some.sampled_from("\x1b[]OPG_;<?>0127AMcu~$y\r\x07\\ab"), min_size=1)))
def test_any_bytes_in_any_pieces_end_in_what_is_typed_next(pieces: list[str]) -> None:
    parser = TerminalParser(FOREVER)
    for piece in pieces:
        for _ in parser.feed(piece):
            pass
    # Whatever was open is closed by the ends of a paste and of a string.
    found = told(parser.feed("\x1b[201~\x07\x1b\\\x1b[201~zzzzz"))
    assert found[-1] == "z"


def test_the_end_of_everything_is_no_key() -> None:
    parser = TerminalParser(FOREVER)
    assert told(parser.feed("\x1b")) == []
    assert told(parser.feed("")) == []


def test_the_size_that_the_terminal_reports_is_used_for_the_mouse() -> None:
    parser = TerminalParser(FOREVER)
    resized, moved = parser.feed("\x1b[48;30;100;600;1000t\x1b[<35;101;41M")
    assert isinstance(resized, events.Resize)
    assert isinstance(moved, events.MouseMove)
    assert (moved.x, moved.y) == (10, 2)


def test_resizing_in_the_stream_is_told() -> None:
    (said,) = TerminalParser(FOREVER).feed("\x1b[?2048;2$y")
    assert isinstance(said, messages.InBandWindowResize)
    assert (said.supported, said.enabled) == (True, False)
