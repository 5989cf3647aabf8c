"""Tells keys, pastes, the mouse and answers apart in what a terminal sends.

In place of Textual's own, which types unknown sequences and late answers into the editor, takes
what stands behind an ESC in a paste for keys, and reads Alt with a letter as that letter.
"""

import os
import re
from collections.abc import Callable, Generator
from time import monotonic
from typing import Final

from textual import constants, events, messages
from textual._parser import ParseEOF, ParseTimeout, Read1
from textual._xterm_parser import XTermParser
from textual.keys import Keys
from textual.message import Message

from inhouse.tui.terminal.answers import read_answer
from inhouse.tui.terminal.sequences import ANSWERS, ESC, is_open, is_string

PASTE_START: Final = "\x1b[200~"
PASTE_END: Final = "\x1b[201~"
FOCUS: Final = {"\x1b[I": events.AppFocus, "\x1b[O": events.AppBlur}
# Compiled when they are needed first.
MODE: Final = r"\x1b\[\?(\d+);(\d)\$y"
RESIZED: Final = r"\x1b\[48;(\d+)[:\d]*;(\d+)[:\d]*;(\d+)[:\d]*;(\d+)[:\d]*t"
SYNCHRONISED, RESIZE_REPORTS = "2026", "2048"
# Alt+Enter, as most terminals send it.
NEW_LINE: Final = frozenset({"\x1b\r", "\x1b\n"})
# Keys with others held down as xterm says them; kitty says the same with another ending.
XTERM_KEY: Final = r"\x1b\[27;(\d+);(\d+)~"
CONTROL_BACKSPACE: Final = "\x08"

REST_SECONDS: Final = 1.0
"""How long the rest of a sequence may take that cannot be keys any more."""
ALT_SECONDS: Final = 0.4
"""How long the rest may take of what can also be Alt with a key that begins sequences."""
LATE_SECONDS: Final = 0.5
"""How long after an ESC that was taken for the key its rest may still come, in one piece."""
AT_ONCE_SECONDS: Final = 0.02

Put = Callable[[Message], None]
Reading = Generator[Read1, str, None]


class TerminalParser(XTermParser):
    """`escape_seconds`: how long after an ESC it was the key, when nothing follows.

    `deletes` is what the terminal sends for Backspace; the other code is Ctrl+Backspace then.
    """

    def __init__(
        self,
        escape_seconds: float,
        *,
        deletes: str = "\x7f",
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._escape_seconds = escape_seconds
        self._deletes = deletes
        self._clock = clock
        self._ahead: list[str] = []
        self._escaped_at = float("-inf")
        super().__init__()

    @property
    def patience(self) -> float | None:
        """After how many seconds `tick` has something to do."""
        return None if self._timeout_time is None else max(0.0, self._timeout_time - self._clock())

    def parse(self, token_callback: Put) -> Reading:
        """Textual's parser asks for this: one character is sent in for each that is yielded."""
        try:
            while True:
                character = yield from self._next(None)
                if character == ESC:
                    yield from self._read_sequence(ESC, token_callback)
                elif character in "[O" and self._clock() - self._escaped_at < LATE_SECONDS:
                    yield from self._read_late(character, token_callback)
                else:
                    self._put_keys(character, token_callback)
        except ParseEOF:
            return

    def _next(self, seconds: float | None) -> Generator[Read1, str, str]:
        if self._ahead:
            return self._ahead.pop(0)
        return (yield self.read1(seconds))

    def _read_sequence(self, sequence: str, put: Put) -> Reading:
        """What begins with ESC, until it is whole or nothing follows."""
        while is_open(sequence):
            try:
                character = yield from self._next(self._seconds(sequence))
            except ParseTimeout:
                self._give_up(sequence, put)
                return
            if character == ESC and sequence != ESC and not is_string(sequence):
                self._give_up(sequence, put)
                self._ahead.append(ESC)
                return
            sequence += character
        if sequence == PASTE_START:
            yield from self._read_paste(put)
        else:
            self._take(sequence, put)

    def _read_late(self, character: str, put: Put) -> Reading:
        """An ESC was taken for the key, and here comes its rest; or somebody types."""
        self._escaped_at = float("-inf")
        sequence = ESC + character
        while is_open(sequence):
            try:
                character = yield from self._next(AT_ONCE_SECONDS)
            except ParseTimeout:
                break
            sequence += character
        if is_open(sequence) or not self._is_known(sequence):
            for typed in sequence[1:]:
                self._put_keys(typed, put)
        elif sequence == PASTE_START:
            yield from self._read_paste(put)
        else:
            self._take(sequence, put)

    def _read_paste(self, put: Put) -> Reading:
        """Everything up to the end that the terminal marks is text, whatever it holds."""
        pasted: list[str] = []
        while True:
            character = yield self.read1()
            pasted.append(character)
            if character == "~" and "".join(pasted[-len(PASTE_END) :]) == PASTE_END:
                break
        text = "".join(pasted)[: -len(PASTE_END)]
        put(events.Paste(text.replace("\x00", "")))

    def _seconds(self, sequence: str) -> float:
        if not sequence.strip(ESC):
            return self._escape_seconds
        return ALT_SECONDS if len(sequence) == 2 else REST_SECONDS

    def _give_up(self, sequence: str, put: Put) -> None:
        """Nothing follows: a key, Alt with a key, or something broken that says nothing."""
        if not sequence.strip(ESC):
            self._escaped_at = self._clock()
            for _escape in sequence:
                put(events.Key("escape", ESC))
        elif len(sequence) == 2:
            self._put_alt(sequence[1], put)

    def _is_known(self, sequence: str) -> bool:
        known = sequence == PASTE_START or sequence in FOCUS or sequence.startswith("\x1b[<")
        return known or any(True for _ in self._sequence_to_key_events(sequence))

    def _take(self, sequence: str, put: Put) -> None:
        """A whole sequence; one that nobody knows says nothing."""
        if sequence[-1] < " " and len(sequence) > 2 and sequence[1] not in ANSWERS:
            # A key was pressed in the middle of one that was never finished.
            self._ahead.append(sequence[-1])
            self._give_up(sequence[:-1], put)
        elif sequence in FOCUS:
            put(FOCUS[sequence]())
        elif sequence.startswith("\x1b[<"):
            if (mouse := self.parse_mouse_code(sequence)) is not None:
                put(mouse)
        elif (answer := read_answer(sequence)) is not None:
            if answer.tells_keys_apart:
                self._escape_seconds = REST_SECONDS
            put(answer)
        elif not (self._take_mode(sequence, put) or self._take_size(sequence, put)):
            self._put_sequence(sequence, put)

    def _take_mode(self, sequence: str, put: Put) -> bool:
        """What the terminal can do, as Textual asks for it."""
        if (mode := re.fullmatch(MODE, sequence)) is None:
            return False
        if mode[1] == SYNCHRONISED and mode[2] != "0":
            put(messages.TerminalSupportsSynchronizedOutput())
        elif mode[1] == RESIZE_REPORTS and reports_sizes():
            put(messages.InBandWindowResize.from_setting_parameter(int(mode[2])))
        return True

    def _take_size(self, sequence: str, put: Put) -> bool:
        if (resized := re.fullmatch(RESIZED, sequence)) is None:
            return False
        height, width, pixel_height, pixel_width = (int(part) for part in resized.groups())
        event = events.Resize.from_dimensions((width, height), (pixel_width, pixel_height))
        self.terminal_size, self.terminal_pixel_size = event.size, event.pixel_size
        self.mouse_pixels = True
        put(event)
        return True

    def _put_sequence(self, sequence: str, put: Put) -> None:
        sequence = re.sub(XTERM_KEY, "\x1b[\\2;\\1u", sequence)
        if sequence in NEW_LINE:
            put(events.Key("ctrl+j", None))
            return
        if self._put_keys(sequence, put):
            return
        if sequence.startswith(ESC + ESC):
            if len(sequence) == 3:
                put(events.Key("escape", ESC))
                self._put_alt(sequence[2], put)
            else:
                # The way in which some terminals say Alt with an arrow.
                self._put_keys(sequence[1:], put, alt=True)
        elif len(sequence) == 2:
            self._put_alt(sequence[1], put)
        elif len(sequence) == 3 and sequence[1] in ANSWERS:
            self._put_alt(sequence[1], put)
            self._put_keys(sequence[2], put)

    def _put_alt(self, character: str, put: Put) -> None:
        self._put_keys(character, put, alt=True)

    def _put_keys(self, sequence: str, put: Put, *, alt: bool = False) -> bool:
        """Whether it is known as keys."""
        if sequence == CONTROL_BACKSPACE and self._deletes != CONTROL_BACKSPACE:
            put(events.Key("ctrl+backspace", None))
            return True
        known = False
        for event in self._sequence_to_key_events(sequence, alt=alt):
            known = True
            if event.key == Keys.Ignore:
                continue
            put(events.Key(f"alt+{event.key.removeprefix('alt+')}", None) if alt else event)
        return known


def reports_sizes() -> bool:
    """Whether reports of the size in pixels are wanted; iTerm's are wrong."""
    names = {os.environ.get("LC_TERMINAL"), os.environ.get("TERM_PROGRAM")}
    return constants.SMOOTH_SCROLL and not names & {"iTerm2", "iTerm.app"}
