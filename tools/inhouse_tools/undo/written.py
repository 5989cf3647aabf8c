"""Whether what stands in a file was put there by a recorded turn, and not by a person."""

import os

from inhouse_tools.refusal import Refusal
from inhouse_tools.undo.store import Store

QUERY = (
    "SELECT 1 FROM changes WHERE path = ? AND "
    "((after_kind = 'file' AND after_value = ?) OR (before_kind = 'file' AND before_value = ?))"
)


def stood_in_turn(store: Store, path: str, sha256: bytes) -> bool:
    """Whether a turn found or left a file of the root with this content (the sha256 of its bytes).

    Also the turns of other processes count, those that run and those that were taken back. False
    when nothing is recorded.
    """
    if not store.exists:
        return False
    name = os.fsencode(path)
    found = store.run(
        lambda connection: connection.execute(QUERY, (name, sha256, sha256)).fetchone()
    )
    return found is not None and not isinstance(found, Refusal)
