"""Where events are shown."""

from dataclasses import dataclass
from pathlib import Path

from inhouse.tui.checklist import Checklist
from inhouse.tui.conversation import Conversation
from inhouse.tui.status.prefill_bar import PrefillBar


@dataclass(frozen=True, slots=True)
class Places:
    """The widgets that events change, and the folder that they are about."""

    conversation: Conversation
    checklist: Checklist
    prefill: PrefillBar
    root: Path
