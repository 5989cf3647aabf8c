"""The first start: ways to a model, and which folder to work in."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.tui.model_fakes import (
    STARTER,
    WORKSTATION,
    FakeModels,
    FakeTransfer,
    OneScreen,
    choice,
    drive,
    here,
    until,
)
from textual.app import App
from textual.widgets import Input, Static

from inhouse.live.downloads import FetchProblem
from inhouse.live.fitting import Fit
from inhouse.live.folders import NO_GIT, git_notice, is_no_project, still_there
from inhouse.live.models import ModelChoice
from inhouse.live.servers import leaves_machine, server_url
from inhouse.tui.screens.choice_list import ChoiceList
from inhouse.tui.screens.download import DownloadView
from inhouse.tui.screens.first_run import FirstRunScreen, Way
from inhouse.tui.screens.folder import FolderScreen
from inhouse.tui.screens.path_field import PathField, complete
from inhouse_models.chat import ModelError, ModelInfo

Snapshot = Callable[[App[Any], str], None]
BEST = "qwen2.5-coder-7b"
ANSWERS = ModelInfo("served", "", 32_768, "large")
NOBODY = ModelError("no_model", "No model server answers at http://127.0.0.1:1. Is it running?")


def catalogue() -> FakeModels:
    """The starter, one that fits and one that does not."""
    models = FakeModels(
        choice(STARTER),
        choice(BEST, size=4_690_000_000, exact=False),
        choice("qwen3.6-27b", size=17_600_000_000, exact=False),
    )
    models.fits["qwen3.6-27b"] = Fit("too large", ("It takes 18.9 GiB.",))
    return models


async def answer(_url: str) -> ModelInfo | ModelError:
    return ANSWERS


async def refuse(_url: str) -> ModelInfo | ModelError:
    return NOBODY


async def pick_nothing() -> str | None:
    return None


def first_run(
    models: FakeModels | None = None,
    transfer: FakeTransfer | None = None,
    ask: Callable[[str], Awaitable[ModelInfo | ModelError]] = answer,
    pick: Callable[[], Awaitable[str | None]] = pick_nothing,
    theme: str = "ink",
) -> OneScreen[Way | None]:
    downloads = (transfer or FakeTransfer()).downloads()
    return OneScreen(
        lambda: FirstRunScreen(models or catalogue(), downloads, ask, pick), theme=theme
    )


def offers(app: App[Any]) -> list[str]:
    return [str(option.prompt) for option in app.screen.query_one(ChoiceList).options]


def said(app: App[Any]) -> str:
    return str(app.screen.query_one("#problem", Static).render())


def test_offers_the_starter_and_the_best_that_fits(snapshot: Snapshot) -> None:
    async def test() -> None:
        for size, theme, name in (
            ((100, 30), "ink", "first_run/start_100"),
            ((60, 30), "ink", "first_run/start_60"),
            ((40, 12), "ink", "first_run/start_40"),
            ((100, 30), "paper", "first_run/start_light"),
        ):
            app = first_run(theme=theme)
            async with app.run_test(size=size) as pilot:
                await until(pilot, lambda app=app: len(offers(app)) == 5)
                assert offers(app)[0].startswith("Start at once")
                assert "1.1 GB" in offers(app)[0]
                assert offers(app)[1].startswith("Best that fits here")
                await pilot.pause()
                snapshot(app, name)

    drive(test)


def test_enter_fetches_the_starter_and_goes_on(snapshot: Snapshot) -> None:
    async def test() -> None:
        transfer = FakeTransfer()
        app = first_run(transfer=transfer)
        async with app.run_test(size=(100, 30)) as pilot:
            await until(pilot, lambda: len(offers(app)) == 5)
            await pilot.press("enter")
            await until(pilot, lambda: transfer.waiting)
            transfer.move(0, 1_117_320_768)
            transfer.time = 8
            transfer.move(402_000_000, 1_117_320_768)
            view = app.screen.query_one(DownloadView)
            await until(pilot, lambda: "35 %" in str(view.render()))
            assert "50 MB/s" in str(view.render())
            assert "14 s left" in str(view.render())
            await pilot.pause()
            snapshot(app, "first_run/downloading_100")
            transfer.end(STARTER)
            await until(pilot, lambda: app.results == [Way("model", STARTER)])

    drive(test)


def test_escape_stops_a_download_and_then_looks_around() -> None:
    async def test() -> None:
        transfer = FakeTransfer()
        app = first_run(transfer=transfer)
        async with app.run_test(size=(100, 30)) as pilot:
            await until(pilot, lambda: len(offers(app)) == 5)
            await pilot.press("enter")
            await until(pilot, lambda: transfer.waiting)
            await pilot.press("escape")
            await until(pilot, lambda: transfer.stopped == [STARTER])
            assert app.results == []
            await pilot.press("escape")
            await until(pilot, lambda: app.results == [None])

    drive(test)


def test_a_download_that_fails_says_why_and_may_be_tried_again() -> None:
    async def test() -> None:
        transfer = FakeTransfer()
        app = first_run(transfer=transfer)
        async with app.run_test(size=(60, 30)) as pilot:
            await until(pilot, lambda: len(offers(app)) == 5)
            await pilot.press("enter")
            await until(pilot, lambda: transfer.waiting)
            transfer.end(
                FetchProblem(
                    "It could not be downloaded: 1.1 GB are needed in /x and 3 MB are free",
                    "Make room on that disk.",
                )
            )
            view = app.screen.query_one(DownloadView)
            await until(pilot, lambda: "Make room on that disk" in str(view.render()))
            await pilot.press("enter")
            await until(pilot, lambda: len(transfer.asked) == 2)

    drive(test)


def test_what_is_proposed_comes_with_its_context() -> None:
    async def test() -> None:
        transfer, models = FakeTransfer(), catalogue()
        proposed = models.proposal().chosen
        assert proposed is not None
        assert proposed.entry.name == BEST
        app = first_run(models, transfer)
        async with app.run_test(size=(100, 30)) as pilot:
            await until(pilot, lambda: len(offers(app)) == 5)
            await pilot.press("down", "enter")
            await until(pilot, lambda: transfer.waiting)
            assert transfer.asked == [BEST]
            transfer.end(BEST)
            await until(pilot, lambda: app.results == [Way("model", BEST, proposed.context)])
        models.listed[1] = here(BEST)
        app = first_run(models)
        async with app.run_test(size=(100, 30)) as pilot:
            await until(pilot, lambda: len(offers(app)) == 5)
            await pilot.press("down", "enter")
            await until(pilot, lambda: app.results == [Way("model", BEST, proposed.context)])

    drive(test)


def test_a_file_of_the_persons_own(snapshot: Snapshot, tmp_path: Path) -> None:
    file = tmp_path / "mine.gguf"
    file.write_bytes(b"GGUF")
    models = catalogue()
    models.files[str(file)] = ModelChoice(str(file), "file", "The file mine.gguf", path=file)

    async def test() -> None:
        app = first_run(models)
        async with app.run_test(size=(100, 30)) as pilot:
            await until(pilot, lambda: len(offers(app)) == 5)
            await pilot.press("down", "down", "down", "enter")
            field = app.screen.query_one(PathField)
            assert field.has_focus
            field.value = "/nowhere/x.gguf"
            await pilot.press("enter")
            await until(pilot, lambda: "There is no GGUF file at /nowhere/x.gguf" in said(app))
            await pilot.pause()
            snapshot(app, "first_run/no_file_100")
            field.value = f"{tmp_path}/mi"
            await pilot.press("tab")
            await until(pilot, lambda: field.value == str(file))
            await pilot.press("enter")
            await until(pilot, lambda: app.results == [Way("file", str(file))])

    drive(test)


def test_a_server_is_asked_before_it_is_taken() -> None:
    async def test() -> None:
        for ask, results in ((refuse, []), (answer, [Way("server", "http://127.0.0.1:8080")])):
            app = first_run(ask=ask)
            async with app.run_test(size=(100, 30)) as pilot:
                await until(pilot, lambda app=app: len(offers(app)) == 5)
                await pilot.press("end", "enter")
                app.screen.query_one("#server", Input).value = "127.0.0.1:8080"
                await pilot.press("enter")
                if results:
                    await until(pilot, lambda app=app: bool(app.results))
                else:
                    await until(pilot, lambda app=app: "Is it running?" in said(app))
                assert app.results == results

    drive(test)


def test_a_server_elsewhere_has_to_be_confirmed() -> None:
    async def test() -> None:
        app = first_run()
        async with app.run_test(size=(100, 30)) as pilot:
            await until(pilot, lambda: len(offers(app)) == 5)
            await pilot.press("end", "enter")
            app.screen.query_one("#server", Input).value = "https://example.org/v1"
            await pilot.press("enter")
            await until(pilot, lambda: "goes to example.org" in said(app))
            assert app.results == []
            await pilot.press("enter")
            await until(pilot, lambda: app.results == [Way("server", "https://example.org/v1")])

    drive(test)


def test_another_model_is_picked_from_the_whole_list() -> None:
    async def pick() -> str | None:
        return BEST

    async def test() -> None:
        app = first_run(pick=pick)
        async with app.run_test(size=(100, 30)) as pilot:
            await until(pilot, lambda: len(offers(app)) == 5)
            await pilot.press("down", "down", "enter")
            await until(pilot, lambda: app.results == [Way("model", BEST)])

    drive(test)


def test_escape_leaves_a_field_before_the_screen() -> None:
    async def test() -> None:
        app = first_run(FakeModels(choice(STARTER), machine=WORKSTATION))
        async with app.run_test(size=(100, 30)) as pilot:
            await until(pilot, lambda: len(offers(app)) == 4)
            await pilot.press("end", "enter", "escape")
            assert app.screen.query_one(ChoiceList).has_focus
            assert app.results == []

    drive(test)


def test_addresses_of_servers() -> None:
    assert server_url(" localhost:8080 ") == "http://localhost:8080"
    assert server_url("https://example.org") == "https://example.org"
    for url in ("http://localhost:1", "http://127.0.0.9", "http://[::1]:8080/v1"):
        assert leaves_machine(url) == ""
    assert "10.0.0.7" in leaves_machine("http://10.0.0.7:8080")
    assert leaves_machine("http://[broken") == ""


def test_asks_where_to_work(snapshot: Snapshot, home: Path, tmp_path: Path) -> None:
    project = home / "code" / "thing"
    project.mkdir(parents=True)

    async def test() -> None:
        app = OneScreen(lambda: FolderScreen(home, (project, Path("/srv/[b]other"))))
        async with app.run_test(size=(100, 30)) as pilot:
            await pilot.pause()
            assert offers(app) == ["~/code/thing", "/srv/[b]other", "Another folder", "Go on here"]
            snapshot(app, "first_run/folder")
            await pilot.press("down", "enter")
            await until(pilot, lambda: "There is no folder /srv/[b]other" in said(app))
            await pilot.press("up", "enter")
            await until(pilot, lambda: app.results == [project])
        app = OneScreen(lambda: FolderScreen(home))
        async with app.run_test(size=(60, 20)) as pilot:
            await pilot.press("enter")
            field = app.screen.query_one(PathField)
            field.value = f"{tmp_path}"
            await pilot.press("enter")
            await until(pilot, lambda: app.results == [tmp_path])
        app = OneScreen(lambda: FolderScreen(home))
        async with app.run_test(size=(60, 20)) as pilot:
            await pilot.press("enter", "escape", "escape")
            await until(pilot, lambda: app.results == [home])

    drive(test)


def test_completes_paths_but_no_names_that_would_need_escapes(tmp_path: Path) -> None:
    for name in ("models", "model-files", ".hidden", "bad\x1b[2Jname"):
        (tmp_path / name).mkdir()
    (tmp_path / "model.gguf").touch()
    (tmp_path / "model.txt").touch()

    def gguf(path: Path) -> bool:
        return path.suffix == ".gguf"

    assert complete(f"{tmp_path}/mo", gguf) == [
        f"{tmp_path}/model-files/",
        f"{tmp_path}/model.gguf",
        f"{tmp_path}/models/",
    ]
    assert complete(f"{tmp_path}/.h", gguf) == [f"{tmp_path}/.hidden/"]
    assert complete(f"{tmp_path}/bad", gguf) == []
    assert complete(f"{tmp_path}/nowhere/x", gguf) == []


def test_which_folders_are_no_projects(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_no_project(home)
    assert is_no_project(Path("/"))
    assert not is_no_project(tmp_path)
    assert git_notice(tmp_path) == NO_GIT
    (tmp_path / ".git").mkdir()
    assert git_notice(tmp_path) == ""
    gone = tmp_path / "gone"
    assert still_there((tmp_path, gone, home, tmp_path)) == (tmp_path,)
