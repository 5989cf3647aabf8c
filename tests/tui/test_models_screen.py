"""The picker of models: what it shows, and every key."""

from collections.abc import Callable
from typing import Any

from tests.tui.model_fakes import (
    LAPTOP,
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
from inhouse.live.models import ModelChoice
from inhouse.speeds import Speed
from inhouse.tui.screens.choice_list import ChoiceList
from inhouse.tui.screens.download import DownloadView
from inhouse.tui.screens.models import ModelPicker

Snapshot = Callable[[App[Any], str], None]
SMALL = "qwen2.5-coder-0.5b"
LARGE = "qwen3.6-27b"


def laptop() -> FakeModels:
    """Two models here, three that are not."""
    models = FakeModels(
        here(SMALL),
        here(STARTER),
        choice("qwen2.5-coder-7b", size=4_690_000_000, exact=False),
        choice("qwen3-coder-30b-a3b", size=18_556_689_568, exact=False, fetched=6_300_000_000),
        choice(LARGE, size=17_600_000_000, exact=False),
        machine=LAPTOP,
    )
    models.fits[LARGE] = Fit("too large", ("It takes 18.9 GiB; what may be used: 9.4 GiB.",))
    models.fits["qwen3-coder-30b-a3b"] = Fit("slow", ("It takes 20.2 GiB.",))
    models.speeds = {SMALL: Speed(410, 38.2), STARTER: Speed(130.4, 14.6)}
    return models


def picker(
    models: FakeModels,
    transfer: FakeTransfer | None = None,
    current: str = STARTER,
    theme: str = "ink",
) -> OneScreen[str | None]:
    downloads = (transfer or FakeTransfer()).downloads()
    return OneScreen(lambda: ModelPicker(models, downloads, current), theme)


def shown(app: App[Any], selector: str) -> str:
    return str(app.screen.query_one(selector, Static).render())


def rows(app: App[Any]) -> list[str]:
    return [str(option.prompt) for option in app.screen.query_one(ChoiceList).options]


def ready(app: App[Any]) -> Callable[[], bool]:
    return lambda: bool(rows(app)) and not any("…" in text for text in rows(app))


def test_lists_what_is_here_and_what_could_be(snapshot: Snapshot) -> None:
    async def test() -> None:
        app = picker(laptop())
        async with app.run_test(size=(100, 38)) as pilot:
            await until(pilot, ready(app))
            assert app.screen.query_one(ChoiceList).highlighted == 1
            assert "in use" in rows(app)[1]
            assert "15 tok/s" in rows(app)[1]
            assert "✗ too large" in rows(app)[4]
            assert "33 %" in rows(app)[3]
            assert "Seen here: 130 tokens a second read, 14.6 written." in shown(app, "#details")
            await pilot.press("end")
            assert "what may be used: 9.4 GiB" in shown(app, "#details")
            await pilot.pause()
            snapshot(app, "models/not_fitting")

    drive(test)


def test_enter_gives_the_name_and_escape_gives_none() -> None:
    async def test() -> None:
        for keys, result in ((("home", "enter"), SMALL), (("escape",), None)):
            app = picker(laptop())
            async with app.run_test(size=(100, 38)) as pilot:
                await until(pilot, ready(app))
                await pilot.press(*keys)
                await until(pilot, lambda app=app: bool(app.results))
                assert app.results == [result]

    drive(test)


def test_what_is_not_here_is_downloaded_and_used(snapshot: Snapshot) -> None:
    async def test() -> None:
        transfer = FakeTransfer()
        app = picker(laptop(), transfer)
        async with app.run_test(size=(100, 38)) as pilot:
            await until(pilot, ready(app))
            await pilot.press("down", "enter")
            await until(pilot, lambda: transfer.waiting)
            transfer.move(1_000_000_000, 4_690_000_000)
            transfer.time = 10
            transfer.move(1_470_000_000, 4_690_000_000)
            await until(pilot, lambda: "31 %" in rows(app)[2])
            await pilot.pause()
            snapshot(app, "models/downloading")
            transfer.end("qwen2.5-coder-7b")
            await until(pilot, lambda: bool(app.results))
            assert (app.results, transfer.asked) == (["qwen2.5-coder-7b"], ["qwen2.5-coder-7b"])

    drive(test)


def test_escape_stops_the_download_before_it_closes() -> None:
    async def test() -> None:
        transfer = FakeTransfer()
        app = picker(laptop(), transfer)
        async with app.run_test(size=(100, 38)) as pilot:
            await until(pilot, ready(app))
            await pilot.press("down", "d")
            await until(pilot, lambda: transfer.waiting)
            await pilot.press("escape")
            await until(pilot, lambda: transfer.stopped == ["qwen2.5-coder-7b"])
            view = app.screen.query_one(DownloadView)
            await until(pilot, lambda: "was stopped" in str(view.render()))
            assert app.results == []
            await pilot.press("escape")
            await until(pilot, lambda: app.results == [None])

    drive(test)


def test_a_download_goes_on_behind_a_closed_picker() -> None:
    async def test() -> None:
        transfer = FakeTransfer()
        downloads = transfer.downloads()
        app = OneScreen(lambda: ModelPicker(laptop(), downloads, STARTER))
        async with app.run_test(size=(100, 38)) as pilot:
            await until(pilot, ready(app))
            await pilot.press("down", "d")
            await until(pilot, lambda: transfer.waiting)
            await pilot.press("b")
            await until(pilot, lambda: app.results == [None])
            assert downloads.running
            transfer.end("qwen2.5-coder-7b")
            await until(pilot, lambda: not downloads.running)
            assert downloads.current is not None and downloads.current.state == "done"

    drive(test)


def test_a_fault_says_what_to_do_next_and_d_tries_again(snapshot: Snapshot) -> None:
    async def test() -> None:
        transfer = FakeTransfer()
        app = picker(laptop(), transfer)
        async with app.run_test(size=(60, 30)) as pilot:
            await until(pilot, ready(app))
            await pilot.press("down", "d")
            await until(pilot, lambda: transfer.waiting)
            transfer.end(
                FetchProblem(
                    "qwen2.5-coder-7b could not be downloaded.\n"
                    "- the hub cannot be reached (ConnectError) [@click=app.bell]\x1b[2J",
                    "Look at the network, or name a mirror in HF_ENDPOINT; then try again.",
                )
            )
            view = app.screen.query_one(DownloadView)
            await until(pilot, lambda: "HF_ENDPOINT" in str(view.render()))
            assert "\\x1b[2J" in str(view.render())
            await pilot.pause()
            snapshot(app, "models/failed_60")
            await pilot.press("d")
            await until(pilot, lambda: len(transfer.asked) == 2)

    drive(test)


def test_deleting_asks_first_and_never_takes_what_answers_now() -> None:
    async def test() -> None:
        models = laptop()
        app = picker(models)
        async with app.run_test(size=(100, 38)) as pilot:
            await until(pilot, ready(app))
            await pilot.press("x")
            assert shown(app, "#asked") == ""
            await pilot.press("home", "x")
            assert "Delete qwen2.5-coder-0.5b" in shown(app, "#asked")
            await pilot.press("n")
            assert models.removed == []
            await pilot.press("x", "y")
            await until(pilot, lambda: models.removed == [SMALL])
            await until(pilot, lambda: len(rows(app)) == 4)

    drive(test)


def test_a_deletion_that_fails_is_said() -> None:
    async def test() -> None:
        models = laptop()
        models.refusal = "It cannot be deleted: [/x] Permission denied."
        app = picker(models)
        async with app.run_test(size=(100, 38), notifications=True) as pilot:
            await until(pilot, ready(app))
            await pilot.press("home", "x", "y")
            await until(pilot, lambda: app.told == [models.refusal])

    drive(test)


def test_everything_is_seen_in_a_terminal_of_24_rows(snapshot: Snapshot) -> None:
    async def test() -> None:
        models, transfer = laptop(), FakeTransfer()
        models.listed += [here(f"own-{number}") for number in range(12)]
        app = picker(models, transfer)
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, ready(app))
            await pilot.press("down", "d")
            await until(pilot, lambda: transfer.waiting)
            transfer.move(1_000_000_000, 4_690_000_000)
            await until(pilot, lambda: "21 %" in rows(app)[2])
            await pilot.pause()
            for shown in app.screen.query("DownloadView, Hints"):
                assert shown.region in app.screen.region
            snapshot(app, "models/rows_24")

    drive(test)


def test_what_does_not_fit_is_used_only_when_wanted() -> None:
    async def test() -> None:
        models = laptop()
        models.listed.insert(0, here("vast"))
        models.fits["vast"] = Fit("too large", ("It takes 200 GiB.",))
        app = picker(models)
        async with app.run_test(size=(100, 38)) as pilot:
            await until(pilot, ready(app))
            await pilot.press("home", "enter")
            assert "does not fit" in shown(app, "#asked")
            assert app.results == []
            await pilot.press("y")
            await until(pilot, lambda: app.results == ["vast"])

    drive(test)


def test_searches_and_takes_paths_and_names_of_the_hub() -> None:
    async def test() -> None:
        models = laptop()
        reference = "owner/repo:Q4_K_M"
        models.files[reference] = ModelChoice(reference, "hub", f"{reference} from the hub")
        transfer = FakeTransfer()
        app = picker(models, transfer)
        async with app.run_test(size=(100, 38)) as pilot:
            await until(pilot, ready(app))
            await pilot.press("slash", *"27b")
            await until(pilot, lambda: len(rows(app)) == 1)
            await pilot.press("escape")
            await until(pilot, lambda: len(rows(app)) == 5)
            await pilot.press("slash", *"/no")
            await until(pilot, lambda: "no GGUF file" in shown(app, "#details"))
            app.screen.query_one("#search", Input).value = f"{reference}\x1b[2J"
            assert app.screen.query_one("#search", Input).value == f"{reference}\\x1b[2J"
            app.screen.query_one("#search", Input).value = reference
            await until(pilot, lambda: rows(app)[:1] != [] and reference in rows(app)[0])
            await pilot.press("enter")
            await until(pilot, lambda: transfer.asked == [reference])

    drive(test)


def test_looks_right_narrow_small_light_and_on_a_workstation(snapshot: Snapshot) -> None:
    async def test() -> None:
        for size, theme, name in (
            ((60, 30), "ink", "models/narrow_60"),
            ((40, 12), "ink", "models/tiny_40"),
            ((100, 38), "paper", "models/light"),
        ):
            app = picker(laptop(), theme=theme)
            async with app.run_test(size=size) as pilot:
                await until(pilot, ready(app))
                await pilot.pause()
                snapshot(app, name)
        models = laptop()
        models.offered = WORKSTATION
        models.fits[LARGE] = Fit("fits", ("All 64 layers (16.4 GiB) lie on RTX 4090.",))
        app = picker(models)
        async with app.run_test(size=(160, 40)) as pilot:
            await until(pilot, ready(app))
            await pilot.press("end")
            assert "RTX 4090 with 24.0 GiB" in shown(app, "#machine")
            await pilot.pause()
            snapshot(app, "models/wide_160")

    drive(test)
