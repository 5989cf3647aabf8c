"""Image files: their size, the paths of them that a terminal pastes, and how they are sent."""

import base64
import contextlib
import hashlib
import os
import shlex
import time
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from inhouse.sanitise import sanitise_line
from inhouse.tui.composer.chips import Picture
from inhouse_models.image_file import image_size, is_bearable
from inhouse_tools.refusal import Refusal, of_os_error

MOST_BYTES: Final = 32 * 1024**2
HEAD_BYTES: Final = 256 * 1024
MOST_PASTED: Final = 16_384
KEPT_SECONDS: Final = 7 * 86_400
ENDINGS: Final = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".avif")
KINDS: Final = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"BM": "image/bmp",
    b"\xff\xd8": "image/jpeg",
}


def kind_of(head: bytes) -> str:
    """The media type that an engine can read, by how a file begins; "" for another."""
    return next((kind for mark, kind in KINDS.items() if head.startswith(mark)), "")


def pasted_paths(text: str) -> list[Path]:
    """The image files that a terminal named when they were dropped there; none for other text.

    Terminals quote a path, escape its spaces, or write it as a file:// address.
    """
    text = text.strip()
    if not text.startswith(("/", "~/", "'", '"', "file://")) or len(text) > MOST_PASTED:
        return []
    whole = _image_at(text)
    if whole is not None:
        return [whole]
    try:
        found = [_image_at(word) for word in shlex.split(text)]
    except ValueError:
        return []
    paths = [path for path in found if path is not None]
    return paths if len(paths) == len(found) else []


def look_at(path: Path) -> Picture | Refusal:
    """The picture in a file, by what stands at its beginning."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            total = os.fstat(file.fileno()).st_size
    except OSError as error:
        return of_os_error(error, sanitise_line(str(path)), "read")
    name = sanitise_line(path.name)
    size = image_size(head)
    if size is None:
        return Refusal(f"{name} is damaged, or not a PNG, JPEG, GIF, BMP, WebP or AVIF file.")
    if total > MOST_BYTES:
        return Refusal(f"{name} is larger than {MOST_BYTES // 1024**2} MiB. Make it smaller first.")
    if not is_bearable(size):
        return Refusal(f"{name} has {size[0]:,} x {size[1]:,} pixels. Make it smaller first.")
    return Picture(str(path), path.name, *size)


def is_foreign(path: Path) -> bool:
    """Whether it is an image of a kind that no engine reads, so that it has to be made PNG."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError:
        return False
    webp = head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    return webp or head[4:12] in (b"ftypavif", b"ftypavis")


def as_sent(picture: Picture) -> str | Refusal:
    """The image as a data URL, as messages hold it."""
    path = Path(picture.path)
    again = look_at(path)
    if isinstance(again, Refusal):
        return again
    try:
        data = path.read_bytes()
    except OSError as error:
        return of_os_error(error, sanitise_line(picture.path), "read")
    return f"data:{kind_of(data)};base64,{base64.b64encode(data).decode('ascii')}"


def keep(data: bytes, folder: Path) -> Picture | Refusal:
    """An image from the clipboard, kept in a file of this person alone for a week."""
    file = folder / f"clipboard-{hashlib.sha256(data).hexdigest()[:12]}.png"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _forget_old(folder)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
        with os.fdopen(os.open(file, flags, 0o600), "wb") as kept:
            kept.write(data)
    except OSError as error:
        return of_os_error(error, str(file), "write")
    picture = look_at(file)
    if isinstance(picture, Refusal):
        return picture
    return Picture(picture.path, "clipboard.png", picture.width, picture.height)


def _forget_old(folder: Path) -> None:
    for file in folder.glob("clipboard-*.png"):
        if file.stat().st_mtime < time.time() - KEPT_SECONDS:
            file.unlink(missing_ok=True)


def _image_at(spelling: str) -> Path | None:
    if spelling.startswith("file://"):
        parts = urlsplit(spelling)
        spelling = unquote(parts.path) if parts.netloc in {"", "localhost"} else ""
    with contextlib.suppress(OSError, ValueError, RuntimeError):
        path = Path(spelling).expanduser()
        if path.suffix.lower() in ENDINGS and path.is_absolute() and path.is_file():
            return path
    return None
