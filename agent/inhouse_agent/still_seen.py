"""Which files a model still knows when its conversation was summarised."""

from collections.abc import Iterator, Sequence

from inhouse_agent.arguments import given_arguments
from inhouse_agent.compaction_tail import opening_length
from inhouse_agent.compaction_text import is_cut
from inhouse_models.chat import Message
from inhouse_tools.tool import Workspace
from inhouse_tools.writing.files import digest

# Calls whose text is the file itself; behind an edit stands only a part of it.
WHOLE = ("read", "write")


def forget_files(workspace: Workspace, history: Sequence[Message]) -> None:
    """Files that the history no longer shows count as unread.

    A model that writes a file from its memory of a summary loses what the summary left out, and
    one that is held to files it has read could not read them again. So a file stays read only
    when a call of the kept end read or wrote it, or when it stands in a message whole, as it is
    on the disk now.
    """
    named = set(_named_by_calls(history))
    texts = [message.text for message in history if message.role == "user"]
    for path in [path for path in workspace.seen if path not in named]:
        if not _stands_in(workspace, path, texts):
            del workspace.seen[path]


def _named_by_calls(history: Sequence[Message]) -> Iterator[str]:
    """The paths of the calls that show a file; what follows a call of the end is kept as well."""
    cut = {message.answers for message in history if is_cut(message.text)}
    for message in history[opening_length(history) :]:
        for call in message.calls:
            path = given_arguments(call).get("file_path")
            if call.name in WHOLE and call.id not in cut and isinstance(path, str):
                yield path


def _stands_in(workspace: Workspace, path: str, texts: Sequence[str]) -> bool:
    try:
        raw = (workspace.root / path).read_bytes()
    except OSError:
        return False
    whole = raw.decode("utf-8", "replace").strip("\n")
    known = digest(raw) == workspace.seen[path]
    return known and bool(whole) and any(whole in text for text in texts)
