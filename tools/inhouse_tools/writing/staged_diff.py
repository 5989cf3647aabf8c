"""What a staged file would change, for people."""

from inhouse_tools.documents.notebook_text import open_document
from inhouse_tools.refusal import Refusal
from inhouse_tools.writing.changes import unified_diff
from inhouse_tools.writing.overlay import StagedFile


def staged_diff(file: StagedFile) -> str:
    """A unified diff; of a file that is no text only that it changes."""
    before, after = _text(file.name, file.before), _text(file.name, file.after)
    if before is None or after is None:
        return f"Binary file {file.name} changes\n"
    return unified_diff(file.name, before, after, new=file.before is None)


def _text(name: str, raw: bytes | None) -> str | None:
    document = open_document(name, raw or b"")
    return None if isinstance(document, Refusal) else document.text
