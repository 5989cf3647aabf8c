"""Writes a session as a document into a file, and finds a name for it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from inhouse.export.document import Document
from inhouse_agent.secret_shapes import mask_secrets

Format = Literal["md", "html"]
MAX_NAME: Final = 40
SUFFIXES: Final[Mapping[str, Format]] = {
    ".md": "md",
    ".markdown": "md",
    ".html": "html",
    ".htm": "html",
}


@dataclass(frozen=True, slots=True)
class ExportProblem:
    """Why a document cannot be written, for a person."""

    text: str


def render_document(document: Document, form: Format) -> str:
    """The document in one of the formats; what looks like a secret is masked."""
    return mask_secrets(_renderer(form)(document))


def format_of(name: str) -> Format:
    """The format that a file name asks for; Markdown where it says nothing."""
    return SUFFIXES.get(Path(name).suffix.lower(), "md")


def file_name(document: Document, form: Format) -> str:
    """A name that says what the document is about, and whose id keeps it from others."""
    words = re.sub(r"[^a-z0-9]+", "-", document.title.lower()).strip("-")
    return "-".join(filter(None, (words[:MAX_NAME].strip("-"), document.id))) + f".{form}"


def write_document(document: Document, path: Path, form: Format) -> Path | ExportProblem:
    """Writes a new file; one that exists stays as it is, and is named."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(render_document(document, form))
    except FileExistsError:
        return ExportProblem(f"{path} exists already. Choose another name.")
    except OSError as error:
        return ExportProblem(f"{path} cannot be written: {error.strerror}.")
    return path


def _renderer(form: Format) -> Callable[[Document], str]:
    # Only the one that is wanted is loaded.
    if form == "html":
        from inhouse.export.html import to_html

        return to_html
    from inhouse.export.markdown import to_markdown

    return to_markdown
