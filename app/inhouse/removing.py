"""Deletes sessions, and what the engine keeps of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inhouse_agent.journal import sessions_folder
from inhouse_agent.session import find_session
from inhouse_agent.session_removal import Removal, remove_sessions
from inhouse_agent.transcripts import own_parts, read_transcripts
from inhouse_models.host.control import EngineStatus
from inhouse_models.host.states import forget_states


@dataclass(frozen=True, slots=True)
class Removed:
    """What came of it, and the running engines that still keep states of what is gone."""

    removal: Removal
    keeping: tuple[EngineStatus, ...] = ()


async def remove_with_states(identifiers: Sequence[str]) -> Removed:
    """Deletes the sessions of these ids, or of the only ids that begin so, and their states.

    What a conversation shares with one of a session that stays, is kept.
    """
    found = [find_session(identifier) for identifier in identifiers]
    transcripts = {path.stem: read_transcripts(path) for path in found if isinstance(path, Path)}
    removal = remove_sessions(identifiers)
    gone = [one for identifier in removal.removed for one in transcripts.get(identifier, ())]
    deletions = own_parts(gone, list(sessions_folder().glob("*.jsonl")))
    keeping = await forget_states(deletions) if deletions else ()
    return Removed(removal, tuple(keeping))
