"""What an editor sends as a prompt: text, mentions, selections and images, for the agent."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from acp.schema import (
    AudioContentBlock,
    EmbeddedResourceContentBlock,
    ImageContentBlock,
    ResourceContentBlock,
    TextContentBlock,
    TextResourceContents,
)

Block = (
    TextContentBlock
    | ImageContentBlock
    | AudioContentBlock
    | ResourceContentBlock
    | EmbeddedResourceContentBlock
)
SOUND: Final = "Sound cannot be taken: no model here hears."
BINARY: Final = "{} is no text and cannot be taken as part of a prompt."
MEDIA: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/bmp", "image/webp"})


@dataclass(frozen=True, slots=True)
class EditorPrompt:
    """The text, images as data URLs, and sentences on what could not be taken."""

    text: str
    images: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def read_prompt(blocks: Sequence[Block], root: Path) -> EditorPrompt:
    """The blocks in their order; a mention stands in the text as a path, its contents below it."""
    words: list[str] = []
    contents: list[str] = []
    images: list[str] = []
    refused: list[str] = []
    for block in blocks:
        match block:
            case TextContentBlock():
                words.append(block.text)
            case ImageContentBlock():
                if block.mime_type in MEDIA:
                    images.append(f"data:{block.mime_type};base64,{block.data}")
                else:
                    refused.append(f"{block.mime_type} is no image that can be read here.")
            case ResourceContentBlock():
                words.append(_mention(block.uri, root))
            case EmbeddedResourceContentBlock(resource=TextResourceContents() as resource):
                words.append(_mention(resource.uri, root))
                contents.append(_fenced(_mention(resource.uri, root), resource.text))
            case EmbeddedResourceContentBlock():
                refused.append(BINARY.format(block.resource.uri))
            case AudioContentBlock():
                refused.append(SOUND)
    text = "\n\n".join(part for part in ("".join(words).strip(), *contents) if part)
    return EditorPrompt(text, tuple(images), tuple(refused))


def _mention(uri: str, root: Path) -> str:
    """A file as a path relative to the folder, with the lines that are meant; else the address."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return uri
    path = Path(unquote(parts.path))
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    lines = parts.fragment.replace("L", "").replace(":", "-")
    return f"{name} (lines {lines})" if lines and lines[0].isdigit() else name


def _fenced(head: str, text: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{head}\n{fence}\n{text.rstrip()}\n{fence}"
