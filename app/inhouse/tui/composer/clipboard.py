"""The image on the clipboard, by the programs that a desktop has for it."""

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from inhouse.tui.composer.images import MOST_BYTES, kind_of
from inhouse_tools.process import collect
from inhouse_tools.refusal import Refusal

SECONDS: Final = 5.0
NOTHING: Final = Refusal("There is no image on the clipboard.")
# AppleScript writes the picture where it is told to, since it cannot write to a pipe.
SAVE_PICTURE: Final = (
    'set place to (open for access POSIX file "{file}" with write permission)\n'
    "write (the clipboard as «class PNGf») to place\n"
    "close access place"
)


def programs() -> tuple[Sequence[str], ...]:
    """What may print the clipboard's image here, the likeliest first, installed or not."""
    if sys.platform == "darwin":
        return (("pngpaste", "-"), ("osascript",))
    wayland = ("wl-paste", "--no-newline", "--type", "image/png")
    x11 = ("xclip", "-selection", "clipboard", "-target", "image/png", "-out")
    return (wayland, x11) if os.environ.get("WAYLAND_DISPLAY") else (x11, wayland)


async def read_image() -> bytes | Refusal:
    """The clipboard's image as PNG; otherwise why there is none and what would help."""
    installed = [command for command in programs() if shutil.which(command[0])]
    if not installed:
        return Refusal(_advice())
    for command in installed:
        found = await (_by_applescript() if command == ("osascript",) else _print(command))
        if found and kind_of(found):
            return found
    return NOTHING


async def _print(command: Sequence[str]) -> bytes:
    ended = await collect(command, cwd=Path("/"), timeout=SECONDS, most_bytes=MOST_BYTES)
    if isinstance(ended, Refusal) or ended.exit_code != 0 or ended.stopped:
        return b""
    return ended.output


async def _by_applescript() -> bytes:
    with tempfile.TemporaryDirectory(prefix="inhouse-clipboard-") as folder:
        file = Path(folder) / "clipboard.png"
        await _print(("osascript", "-e", SAVE_PICTURE.format(file=file)))
        return file.read_bytes() if file.is_file() else b""


def _advice() -> str:
    if "SSH_CONNECTION" in os.environ:
        return "The clipboard is on another machine. Copy the image here and paste its path."
    wanted = "wl-clipboard" if os.environ.get("WAYLAND_DISPLAY") else "xclip"
    return f"Images are pasted with {wanted}: install it, or paste the path of the image."
