"""What a file is, by how it begins: a name may lie."""

from typing import Final, Literal

Kind = Literal["image", "pdf", "notebook", ""]
HEAD_BYTES: Final = 64
NOTEBOOK_ENDING: Final = ".ipynb"
_BMP_INFO_SIZES: Final = (12, 40, 52, 56, 64, 108, 124)


def kind_of(name: str, head: bytes) -> Kind:
    """The kind of a file of this name whose first HEAD_BYTES are `head`; "" for all else."""
    if head.startswith(b"%PDF-"):
        return "pdf"
    if _is_image(head):
        return "image"
    return "notebook" if is_notebook(name) else ""


def is_notebook(name: str) -> bool:
    """Whether a file of this name is meant to be a notebook."""
    return name.lower().endswith(NOTEBOOK_ENDING)


def _is_image(head: bytes) -> bool:
    if head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")):
        return True
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return True
    # Any text can begin with these two letters.
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_INFO_SIZES:
        return True
    return head[4:12] in (b"ftypavif", b"ftypavis")
