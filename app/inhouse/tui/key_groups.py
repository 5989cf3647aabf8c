"""The keys that /help shows, by the place where they work."""

from inhouse.tui.app import InhouseApp
from inhouse.tui.asking.panel import QuestionPanel
from inhouse.tui.blocks.block import Block
from inhouse.tui.composer.composer import Composer
from inhouse.tui.composer.editor import Editor
from inhouse.tui.conversation import Conversation
from inhouse.tui.screens.help import KeyGroup

SIGNS = (
    ("@", "mention a file or a symbol"),
    ("!", "run a command of your own"),
    ("/", "commands"),
)


def key_groups() -> tuple[KeyGroup, ...]:
    """Read from the bindings themselves, so that help never says what is not so."""
    return (
        KeyGroup("Everywhere", (InhouseApp,)),
        KeyGroup("Writing", (Composer,), SIGNS),
        KeyGroup("Editing", (Editor,)),
        KeyGroup("Conversation", (Conversation, Block)),
        KeyGroup("Questions", (QuestionPanel,)),
    )
