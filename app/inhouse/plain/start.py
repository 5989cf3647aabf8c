"""Opens the plain conversation from what stood on the command line."""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Final

from inhouse.exit_codes import ExitCode
from inhouse.live.crash_report import TellingCrashes
from inhouse.plain.conversation import PlainConversation
from inhouse.plain.printer import Printer
from inhouse.plain.trusting import ask_for_trust
from inhouse.wishing import make_wish

if TYPE_CHECKING:
    from inhouse.wishing import Wanted

PART: Final = "plain mode"


def open_plain(wanted: "Wanted", prompt: str = "") -> ExitCode:
    """Converse in lines until the person leaves."""
    if sys.stdin.isatty():
        # Loading it gives `input` a history and keys to edit with.
        import_module("readline")
    with TellingCrashes(PART):
        printer = Printer(sys.stdout)
        if sys.stdin.isatty():
            # Lines that are piped in are meant for the model.
            ask_for_trust(wanted.root, printer, input)
        return PlainConversation(lambda: make_wish(wanted), printer).run(prompt)
    return ExitCode.FAILED
