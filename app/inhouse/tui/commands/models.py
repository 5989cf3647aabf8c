"""Slash commands about the model, and the way to a first one."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from inhouse.tui.blocks.notice import NoticeBlock
from inhouse.tui.commands.command import SlashCommand

if TYPE_CHECKING:
    from inhouse.live.downloads import Downloads
    from inhouse.tui.app import InhouseApp

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
            text = f"{download.problem}\n{download.advice}"
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
    if way.kind != "model":
        await remember(app, key, way.value)
    wish = app.live.wish
    if wish is not None:
        settings = wish.settings.model_copy(update={key: way.value})
        app.live.wish = replace(wish, settings=settings)
    await app.open_session()
    return True


async def remember(app: "InhouseApp", key: str, value: str) -> None:
    """Writes one of the person's own settings, and says where."""
    import asyncio

    from inhouse.live.person_settings import change_setting
    from inhouse.sources import user_file

    problem = await asyncio.to_thread(change_setting, key, value)
    app.presenter.put(NoticeBlock(problem or KEPT.format(user_file())))


COMMANDS = (
    SlashCommand(
        "model", "choose, download or delete a model", choose_model, "[NAME]", while_busy=False
    ),
)
