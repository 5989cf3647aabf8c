"""Slash commands about the model, and the way to a first one."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from inhouse.tui.blocks.notice import NoticeBlock
from inhouse.tui.commands.command import SlashCommand

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from inhouse.live.downloads import Downloads
    from inhouse.settings import Settings
    from inhouse.tui.app import InhouseApp
    from inhouse.tui.screens.first_run import Way
    from inhouse_models.chat import ModelError
    from inhouse_models.measuring.asking import Follow
    from inhouse_models.proposal.report import Section

STILL_LOADING: Final = "The session is not open yet."
READY: Final = "{} is on this machine now: /model uses it."
KEPT: Final = "It is kept in {}."
# One a program: what is being downloaded goes on while other screens are shown.
_downloads: "WeakKeyDictionary[InhouseApp, Downloads]" = WeakKeyDictionary()


def downloads_of(app: "InhouseApp") -> "Downloads":
    """The downloads of this program; one that ends behind the conversation is said there."""
    from inhouse.live.downloads import Downloads
    from inhouse.tui.screens.first_run import FirstRunScreen
    from inhouse.tui.screens.models import ModelPicker

    found = _downloads.get(app)
    if found is not None:
        return found
    found = _downloads[app] = Downloads()
    downloads = found

    def say() -> None:
        download = downloads.current
        if download is None or isinstance(app.screen, ModelPicker | FirstRunScreen):
            return
        if download.state == "done":
            app.notify(READY.format(download.ready), markup=False)
        elif download.state == "failed":
            text = f"{download.problem}\n{download.advice}".rstrip()
            app.notify(text, severity="error", timeout=15, markup=False)

    downloads.listen(lambda download: say() if download.state != "running" else None)
    return found


async def choose_model(app: "InhouseApp", name: str) -> None:
    """Goes on with another model in the same session."""
    name = name or await pick_model(app) or ""
    if not name:
        return
    if app.live.wish is None:
        app.presenter.put(NoticeBlock(STILL_LOADING))
        return
    problem = await app.live.switch_model(name)
    if problem:
        app.presenter.put(NoticeBlock(problem))


async def pick_model(app: "InhouseApp") -> str | None:
    """The name of the model that the person wants, which is on this machine then."""
    import asyncio

    from inhouse.live.models import MachineModels
    from inhouse.tui.screens.models import ModelPicker

    current = app.live.info.name if app.live.info else ""
    models = await asyncio.to_thread(MachineModels, current)
    return await app.push_screen_wait(ModelPicker(models, downloads_of(app), current))


async def set_up_model(app: "InhouseApp") -> bool:
    """Leads to a first model and opens the session with it; False when the person looks around."""
    import asyncio

    from inhouse.live.models import MachineModels
    from inhouse.live.servers import ask_server
    from inhouse.tui.screens.first_run import FirstRunScreen

    models = await asyncio.to_thread(MachineModels)
    screen = FirstRunScreen(models, downloads_of(app), ask_server, lambda: pick_model(app))
    way = await app.push_screen_wait(screen)
    if way is None:
        return False
    key = "endpoint" if way.kind == "server" else "model"
    chosen: dict[str, str | int] = {key: way.value}
    if way.context:
        # As `inhouse setup` keeps what it proposed.
        chosen["context"] = way.context
    if way.kind != "model" or way.context:
        await remember(app, chosen)
    wish = app.live.wish
    if wish is not None:
        settings = wish.settings.model_copy(update=chosen)
        app.live.wish = replace(wish, settings=settings)
        if way.kind != "server":
            await measure_first(app, way, settings)
    await app.open_session()
    return True


async def measure_first(app: "InhouseApp", way: "Way", settings: "Settings") -> None:
    """Shows how fast the first model is here; the person may go on without."""
    from inhouse.setting_up.measuring import measure_by_name
    from inhouse.tui.screens.measurement import MeasurementScreen

    def measure(follow: "Follow") -> "Awaitable[Section | ModelError]":
        return measure_by_name(way.value, way.context or settings.context, settings, follow)

    name = Path(way.value).name if way.kind == "file" else way.value
    await app.push_screen_wait(MeasurementScreen(name, measure))


async def remember(app: "InhouseApp", values: "Mapping[str, str | int]") -> None:
    """Writes some of the person's own settings, and says where."""
    import asyncio

    from inhouse.live.person_settings import change_setting
    from inhouse.sources import user_file

    def write() -> str:
        problems = (change_setting(key, str(value)) for key, value in values.items())
        return next((problem for problem in problems if problem), "")

    problem = await asyncio.to_thread(write)
    app.presenter.put(NoticeBlock(problem or KEPT.format(user_file())))


COMMANDS = (
    SlashCommand(
        "model", "choose, download or delete a model", choose_model, "[NAME]", while_busy=False
    ),
)
