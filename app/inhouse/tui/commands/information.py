"""Slash commands that only show something: help, figures, the state of things, and themes."""

from typing import TYPE_CHECKING, Final

from inhouse.live.energy import Energy
from inhouse.tui.commands.command import SlashCommand

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inhouse.doctor import Report
    from inhouse.live.filling import Filling
    from inhouse.tui.app import InhouseApp
    from inhouse.tui.screens.facts import FactGroup

# Made when the program begins, so that it counts from there.
ENERGY: Final = Energy()
NOT_OPEN: Final = "The session is not open yet: the model is still being loaded."
NO_ANSWER: Final = "There is no answer to copy yet."
NO_CODE: Final = "The last answer holds no code block."
COPIED: Final = "Copied {}."
WHICH: Final = "/copy takes nothing, the number of an answer from the end, or code."
UNKNOWN_THEME: Final = "There is no theme {!r}: /theme shows them."


async def show_help(app: "InhouseApp", _arguments: str) -> None:
    """Every key and command."""
    from inhouse.tui.commands.registry import all_commands
    from inhouse.tui.key_groups import key_groups
    from inhouse.tui.screens.help import HelpScreen

    await app.push_screen(HelpScreen(key_groups(), all_commands()))


async def show_doctor(app: "InhouseApp", _arguments: str) -> None:
    """What is missing on this machine."""
    from inhouse.live.examining import examine_aside
    from inhouse.tui.screens.doctor import DoctorScreen

    root = app.opening.root

    async def examine(progress: "Callable[[int, int, str], None]") -> "Report":
        return await examine_aside(root, progress)

    await app.push_screen(DoctorScreen(examine))


async def show_statistics(app: "InhouseApp", _arguments: str) -> None:
    """What the session and the folder have cost."""
    from inhouse.live.figures import Figures, figures_of, figures_of_folder
    from inhouse.tui.screens.stats import Statistics, StatsScreen

    built = app.live.built
    if built is None:
        say(app, NOT_OPEN)
        return
    root = built.session.root
    session = figures_of(built.session.entries)

    def read_folder() -> "Sequence[Figures]":
        return figures_of_folder(root)

    await app.push_screen(StatsScreen(Statistics(session, read_folder, ENERGY)))


async def show_context(app: "InhouseApp", _arguments: str) -> None:
    """What fills the context."""
    from inhouse.tui.screens.context import ContextScreen

    async def measure() -> "Filling | str":
        from inhouse.live.filling import measure_filling
        from inhouse_models.chat import ModelError

        built = app.live.built
        if built is None:
            return NOT_OPEN
        filling = await measure_filling(built.kit, tuple(built.history), built.info)
        return filling.text if isinstance(filling, ModelError) else filling

    await app.push_screen(ContextScreen(measure))


async def show_status(app: "InhouseApp", _arguments: str) -> None:
    """What holds now."""
    from inhouse.tui.screens.facts import Fact, FactGroup
    from inhouse.tui.screens.status import StatusScreen

    async def gather() -> "Sequence[FactGroup]":
        from inhouse.live.state_facts import gather_state

        return [
            FactGroup(group.heading, tuple(Fact(name, value) for name, value in group.facts))
            for group in await gather_state(app.live)
        ]

    await app.push_screen(StatusScreen(gather))


async def control_engine(app: "InhouseApp", words: str) -> None:
    """The engine's memory: shown, given away, and back."""
    from inhouse.engine_memory import obey

    say(app, await obey(words))


async def choose_theme(app: "InhouseApp", name: str) -> None:
    """Another look, kept in the person's own settings."""
    from inhouse.tui.screens.themes import ThemePicker
    from inhouse.tui.themes import AUTO, describe_themes

    wish = app.live.wish
    current = wish.settings.theme if wish else AUTO
    choices = describe_themes()

    if not name:
        picked = await app.push_screen_wait(ThemePicker(choices, current, app.theme_of))
    elif name in choices:
        picked = name
    else:
        say(app, UNKNOWN_THEME.format(name))
        return
    if picked is None:
        return
    app.theme = app.theme_of(picked)
    await keep_theme(app, picked)


async def keep_theme(app: "InhouseApp", name: str) -> None:
    """Write it down, and let the open session know."""
    from dataclasses import replace

    from inhouse.settings_file import write_value
    from inhouse.sources import user_file

    problem = write_value(user_file(), "theme", name)
    if problem is not None:
        say(app, problem.text)
    wish = app.live.wish
    if wish is not None:
        settings = wish.settings.model_copy(update={"theme": name})
        app.live.wish = replace(wish, settings=settings)


async def copy(app: "InhouseApp", which: str) -> None:
    """An answer, or the code in the last one, on the clipboard."""
    from inhouse.live.answers import answer_from_end, last_code

    built = app.live.built
    history = built.history if built else []
    if which in ("", "code") or which.isdecimal():
        answer = answer_from_end(history, int(which) if which.isdecimal() else 1)
        text = last_code(answer) if which == "code" else answer
        if not text:
            say(app, NO_CODE if answer else NO_ANSWER)
            return
        app.copy_to_clipboard(text)
        app.notify(COPIED.format("the code" if which == "code" else "the answer"), markup=False)
        return
    say(app, WHICH)


def say(app: "InhouseApp", text: str) -> None:
    """A notice in the conversation."""
    from inhouse.tui.blocks.notice import NoticeBlock

    app.presenter.put(NoticeBlock(text))


COMMANDS = (
    SlashCommand("help", "every key and every command", show_help),
    SlashCommand("doctor", "check the installation, the model and this folder", show_doctor),
    SlashCommand("stats", "tokens, speed and time of this session and folder", show_statistics),
    SlashCommand("context", "what fills the context, and how much room is left", show_context),
    SlashCommand("status", "model, session, safety and settings on one page", show_status),
    SlashCommand(
        "engine",
        "the model's memory: for other programs, and back",
        control_engine,
        "[pause [TIME]|resume]",
    ),
    SlashCommand("theme", "other colours", choose_theme, "[NAME]"),
    SlashCommand("copy", "copy the last answer, or its code", copy, "[N|code]"),
)
