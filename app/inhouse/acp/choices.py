"""What an editor lets the person choose: the mode, the model, and whether it thinks."""

from typing import Final

from acp.schema import (
    SessionConfigOptionBoolean,
    SessionConfigOptionSelect,
    SessionConfigSelectOption,
    SessionMode,
    SessionModeState,
)

from inhouse_agent.permission import MODES, Mode
from inhouse_models.store import Store

MODEL, THINKING = "model", "thinking"
ABOUT_MODES: Final[dict[Mode, str]] = {
    "plan": "Only reads; ends with a plan.",
    "ask": "Asks before each change and command.",
    "auto-edit": "Changes files and runs sandboxed commands; asks for the rest.",
    "yolo": "Asks nothing. Only rules that deny still hold.",
}
AS_IT_IS: Final = "auto"
CHOICES_OF_THINKING: Final[dict[str, bool | None]] = {AS_IT_IS: None, "on": True, "off": False}

ConfigOption = SessionConfigOptionSelect | SessionConfigOptionBoolean


def modes_with(mode: Mode) -> SessionModeState:
    """All modes, and the one that holds."""
    return SessionModeState(
        current_mode_id=mode,
        available_modes=[
            SessionMode(id=name, name=name, description=ABOUT_MODES[name]) for name in MODES
        ],
    )


def options_with(model: str, think: bool | None) -> list[ConfigOption]:
    """The models that are on this machine and the one that answers, and thinking."""
    names = list(dict.fromkeys((model, *(file.name for file in Store().list()))))
    thinking = next(name for name, value in CHOICES_OF_THINKING.items() if value is think)
    return [
        SessionConfigOptionSelect(
            id=MODEL,
            name="Model",
            type="select",
            category="model",
            current_value=model,
            options=[SessionConfigSelectOption(value=name, name=name) for name in names],
        ),
        SessionConfigOptionSelect(
            id=THINKING,
            name="Thinking",
            description="Let the model think before it answers.",
            type="select",
            category="thought_level",
            current_value=thinking,
            options=[
                SessionConfigSelectOption(value=name, name=name) for name in CHOICES_OF_THINKING
            ],
        ),
    ]
