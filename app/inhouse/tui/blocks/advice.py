"""What a person can do about a failed call, where the reason is known."""

import re
from typing import Final

from inhouse_agent.events import ToolEnded

_NETWORK: Final = re.compile(
    r"Could not resolve host|Temporary failure in name resolution|Network is unreachable"
    r"|Name or service not known|getaddrinfo|EAI_AGAIN|ENETUNREACH",
    re.I,
)
_READ_ONLY: Final = re.compile(r"Read-only file system|EROFS", re.I)
_MISSING: Final = re.compile(r"(\S{1,60}): (?:command )?not found\b")
_MEMORY: Final = re.compile(r"\[ended by signal 9\]|Out of memory|Cannot allocate memory", re.I)

NO_NETWORK: Final = (
    "Commands have no network. To let this one through, run it yourself in another terminal."
)
NO_WRITING: Final = "Commands may write inside the project only."
NOT_INSTALLED: Final = "Install it, or tell the model what to use instead."
TOO_LONG: Final = "The model can give it more time, up to 30 minutes; tell it to."
TOO_MUCH: Final = "Tell the model to write into a file, or to show less."
NO_MEMORY: Final = "It was ended by the system, perhaps for lack of memory."


def advice(ended: ToolEnded) -> str:
    """One sentence for the person; empty when the reason is not known."""
    if ended.name != "bash":
        return ""
    text = ended.text
    last = text.rstrip().rpartition("\n")[2]
    if last.startswith("[stopped: it ran longer"):
        return TOO_LONG
    if last.startswith("[stopped: it wrote too much"):
        return TOO_MUCH
    if _NETWORK.search(text):
        return NO_NETWORK
    if _READ_ONLY.search(text):
        return NO_WRITING
    if _MEMORY.search(text):
        return NO_MEMORY
    if ended.show.get("exit_code") == 127 and _MISSING.search(text):
        return NOT_INSTALLED
    return ""
