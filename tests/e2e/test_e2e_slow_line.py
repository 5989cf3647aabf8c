"""Work over a line that takes 200 ms in each direction, with a terminal that answers late."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.e2e.scripted_server import Answer, Script, call, say
from tests.e2e.slow_terminal import SlowTerminal

READY = "Say what should change"
IDLE = "Ask, or say what to change"
SENTENCE = "Someone types on without waiting for what the screen shows: [A]; (B) ~ 11;rgb"
PASTED = "first [A line\nsecond line 11;rgb"
ARROW_UP, ARROW_LEFT = "\x1b[A", "\x1b[D"
# A little less than the program waits for the rest of a key over such a line.
PATIENCE_SECONDS = 0.6
Open = Callable[..., SlowTerminal]


@pytest.fixture
def far_away(repository: Path, serve: Callable[..., Script]) -> Iterator[Open]:
    """Opens a terminal over SSH, over a server that gives these answers."""
    opened: list[SlowTerminal] = []

    def start(*answers: Answer) -> SlowTerminal:
        variables = {
            "INHOUSE_ENDPOINT": serve(*answers).url,
            "SSH_TTY": "/dev/pts/9",
            "SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22",
        }
        terminal = SlowTerminal(repository, variables)
        opened.append(terminal)
        terminal.start()
        terminal.wait_for(READY, "scripted")
        return terminal

    yield start
    for terminal in opened:
        terminal.close()


def write_anew(terminal: SlowTerminal, text: str) -> None:
    """Clear the editor, and write this: nothing is wrong with what came later than it was sent."""
    terminal.type("x\x03")
    terminal.wait_until(lambda: "> x" not in terminal.text and IDLE in terminal.text)
    terminal.type(text)
    terminal.wait_for(f"> {text}")


def leave(terminal: SlowTerminal) -> None:
    """Clear the editor, and leave."""
    terminal.type("\x03")
    terminal.wait_for(IDLE)
    terminal.type("\x03\x03")
    assert terminal.wait_for_end() == 0


def test_typing_and_pasting_lose_nothing_and_late_answers_are_no_keys(far_away: Open) -> None:
    terminal = far_away()
    for character in SENTENCE:
        terminal.type(character)
        terminal.wait(0.01)
    terminal.wait_until(lambda: f"> {SENTENCE} " in terminal.text)
    # One key in two pieces, as when a packet is late.
    while terminal.type_apart(ARROW_LEFT[:1], ARROW_LEFT[1:], 0.12) > PATIENCE_SECONDS:
        write_anew(terminal, SENTENCE)
    terminal.type("<")
    terminal.wait_until(lambda: f"> {SENTENCE[:-1]}<b " in terminal.text)
    write_anew(terminal, "")
    while terminal.type_apart("\x1b[20", f"0~{PASTED[:9]}", 0.15) > PATIENCE_SECONDS:
        write_anew(terminal, "")
    for piece in (PASTED[9:], "\x1b[20", "1~"):
        terminal.type(piece)
        terminal.wait(0.15)
    terminal.wait_for("> first [A line", "second line 11;rgb")
    leave(terminal)


def test_an_arrow_whose_rest_is_very_late_types_nothing(far_away: Open) -> None:
    terminal = far_away()
    terminal.type("ab")
    terminal.wait_for("> ab")
    while terminal.type_apart(ARROW_LEFT[:1], ARROW_LEFT[1:], 0.45) > PATIENCE_SECONDS:
        write_anew(terminal, "ab")
    terminal.type("-")
    terminal.wait_until(lambda: "> a-b " in terminal.text)
    leave(terminal)


def test_work_is_approved_and_interrupted(far_away: Open, repository: Path) -> None:
    arguments = json.dumps({"file_path": "new.txt", "content": "far away\n"})
    terminal = far_away(call("write", arguments), say("Written."), say("And on", "hanging"))
    terminal.type("Write a file.\r")
    terminal.wait_for("new.txt", "Yes")
    # A question does not take what comes at once for its answer.
    terminal.wait(1.6)
    terminal.type("1")
    terminal.wait_for("Written.", IDLE)
    assert (repository / "new.txt").read_text("utf-8") == "far away\n"
    terminal.type("Go on.\r")
    terminal.wait_for("And on")
    terminal.type("\x1b")
    terminal.wait_for("nterrupted", IDLE)
    terminal.type(ARROW_UP)
    terminal.wait_for("> Go on.")
    leave(terminal)
