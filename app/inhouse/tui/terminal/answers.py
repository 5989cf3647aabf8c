"""What a terminal says of itself when it is asked, which is never a key."""

import re
from collections.abc import Mapping
from typing import Final

from textual.message import Message

# What the background is (OSC 11).
BACKGROUND_QUESTION: Final = "\x1b]11;?\x1b\\"
# What every terminal answers (DA1), so that an end is seen.
DEVICE_QUESTION: Final = "\x1b[c"
# Whether keys are told apart as kitty does it; no answer means no.
KEYBOARD_QUESTION: Final = "\x1b[?u"
# Whether an image could be shown as kitty does it: one of one pixel, which is not kept.
GRAPHICS_QUESTION: Final = "\x1b_Gi=4294967295,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"

# Compiled when they are needed first: a person waits for what is done before.
COLOUR: Final = (
    r"\x1b\]11;rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})"
    r"[^\x07\x1b]*(?:\x07|\x1b\\)"
)
DEVICE: Final = r"\x1b\[\?[\d;]*c"
KEYBOARD: Final = r"\x1b\[\?(\d+)u"
GRAPHICS: Final = r"\x1b_Gi=4294967295[^;\x1b]*;([^\x1b]*)\x1b\\"
# Weights of red, green and blue in brightness (ITU-R BT.709).
WEIGHTS: Final = (0.2126, 0.7152, 0.0722)


class TerminalSaid(Message):
    """The terminal answered a question; what is None was not the question.

    `dark`: the background. `tells_keys_apart`: keys come as kitty sends them, and a lone ESC is
    never the key. `shows_images`: as kitty shows them. `done`: all questions before are answered.
    """

    def __init__(
        self,
        *,
        dark: bool | None = None,
        tells_keys_apart: bool | None = None,
        shows_images: bool | None = None,
        done: bool = False,
    ) -> None:
        super().__init__()
        self.dark = dark
        self.tells_keys_apart = tells_keys_apart
        self.shows_images = shows_images
        self.done = done


def read_answer(sequence: str) -> TerminalSaid | None:
    """What a whole sequence says; None where it is no answer to a question of ours."""
    if (colour := re.fullmatch(COLOUR, sequence)) is not None:
        return TerminalSaid(dark=_is_dark(colour))
    if re.fullmatch(DEVICE, sequence):
        return TerminalSaid(done=True)
    if (keyboard := re.fullmatch(KEYBOARD, sequence)) is not None:
        return TerminalSaid(tells_keys_apart=bool(int(keyboard[1]) & 1))
    if (graphics := re.fullmatch(GRAPHICS, sequence)) is not None:
        return TerminalSaid(shows_images=graphics[1] == "OK")
    return None


def has_placeholders(environment: Mapping[str, str]) -> bool:
    """Whether this is a terminal that knows placeholders, of those that show images at all."""
    if "TMUX" in environment or environment.get("TERM", "").startswith(("screen", "tmux")):
        return False
    names = (environment.get("TERM", ""), environment.get("TERM_PROGRAM", "").lower())
    return "KITTY_WINDOW_ID" in environment or any(
        known in name for name in names for known in ("kitty", "ghostty")
    )


def find_background(said: str) -> tuple[bool | None, str]:
    """Whether it is dark, where that was said, and everything that is no answer: it was typed."""
    colour = re.search(COLOUR, said)
    typed = re.sub(DEVICE, "", re.sub(COLOUR, "", said))
    return _is_dark(colour) if colour else None, typed


def _is_dark(colour: re.Match[str]) -> bool:
    shares = (int(part, 16) / (16 ** len(part) - 1) for part in colour.groups())
    return sum(weight * share for weight, share in zip(WEIGHTS, shares, strict=True)) < 0.5
