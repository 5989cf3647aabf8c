"""Undo: what turns have changed is recorded file by file, and can be taken back and done again.

`Recorder` looks at the files before and after each step of a turn, `Recording` puts it around the
steps of a session, `History` moves turns back and forth, `summarise` lists them. A `Store` says
where all of it lies. See docs/undo.md.
"""

from inhouse_tools.undo.history import History, Moved, Outcome
from inhouse_tools.undo.recorder import Recorder
from inhouse_tools.undo.recording import Recording
from inhouse_tools.undo.store import DEFAULT_ROOM, Store
from inhouse_tools.undo.summary import FileSummary, Summaries, TurnSummary, summarise
from inhouse_tools.undo.written import stood_in_turn

__all__ = [
    "DEFAULT_ROOM",
    "FileSummary",
    "History",
    "Moved",
    "Outcome",
    "Recorder",
    "Recording",
    "Store",
    "Summaries",
    "TurnSummary",
    "stood_in_turn",
    "summarise",
]
