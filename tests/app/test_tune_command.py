"""`inhouse models tune` with a real model: tried, kept, used by the next engine, and forgotten."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from tests.app.conftest import Run, running
from tests.app.loaded import loaded_command

from inhouse.connect import host_options
from inhouse.exit_codes import ExitCode
from inhouse.settings import Settings
from inhouse_models.host.control import EngineStatus, engine_status, stop_engines
from inhouse_models.host.spawn import HostOptions, ensure_host, open_http
from inhouse_models.speed.choices import SpeedChoices
from inhouse_models.speed.facts import machine_facts, state_folder
from inhouse_models.speed.remembered import Tuned, recall, remember
from inhouse_models.store import Store, StoreFault

TUNED = Tuned(SpeedChoices(threads=1, reading_threads=1, kv_type="q8_0"), 9.0, 8.0, 0.0, "it")
# What takes longest is set, and so not tried here.
SET = {
    "INHOUSE_DRAFTING": "on",
    "INHOUSE_THREADS": "1",
    "INHOUSE_FLASH_ATTENTION": "off",
    "INHOUSE_KV_TYPE": "f16",
    "INHOUSE_BATCH": "64",
    "INHOUSE_CONTEXT": "2048",
}


@pytest.fixture(autouse=True)
def no_engine_left() -> Iterator[None]:
    """Engines of these tests end with them."""
    yield
    asyncio.run(stop_engines())


def load(options: HostOptions) -> EngineStatus:
    """What a real host says of itself once the model is loaded."""

    async def wait() -> EngineStatus:
        place = await ensure_host(replace(options, states_disk=0))
        assert not hasattr(place, "kind"), place
        async with open_http(place, 60.0) as http:  # pyright: ignore[reportArgumentType] - not an error, see above
            await http.get("/inhouse/model")
        (status,) = await engine_status()
        return status

    return asyncio.run(wait())


def origins(speed: Mapping[str, Mapping[str, str]]) -> dict[str, tuple[str, str]]:
    return {name: (one["value"], one["from"]) for name, one in speed.items()}


@pytest.mark.model
def test_what_was_found_is_used_by_the_next_engine(
    inhouse: Run, folder: Path, small_model: Path
) -> None:
    words = ("models", "tune", str(small_model), "--quick", "--busy", "--json")
    # The machine may be busy with other tests.
    ran = running(loaded_command("inhouse"), folder, seconds=300)(*words, env=SET)
    assert ran.returncode == 0, ran.stderr
    result = json.loads(ran.stdout)
    assert result["kept"]
    assert result["after_seconds"] <= result["before_seconds"]
    assert list(result["choices"]) == ["reading_threads"]
    reasons = {one["factor"]: one["reason"] for one in result["trials"] if one["reason"]}
    assert reasons["kv_type"] == "you have set it: kv_type = f16"
    assert "no layers that predict" in reasons["prediction"]
    assert "graphics card" in reasons["gpu_split"]
    assert "mlock is" in reasons["load_mode"]
    # Progress is told beside the result.
    assert "trying reading_threads (2 of" in ran.stderr

    found = Store().find(str(small_model))
    assert not isinstance(found, StoreFault)
    options = host_options(Settings(batch=64, context=2048), found, None, confined=False)
    status = origins(load(options).speed)
    for name, value in result["choices"].items():
        assert status[name] == (str(value), "tuned")
    assert status["batch"] == ("64", "set")
    assert status["flash_attention"] == ("off", "planned")
    shown = inhouse("engine", "status", "--verbose").stdout
    assert "inhouse models tune" in shown
    assert "your setting" in shown


@pytest.mark.model
def test_a_setting_goes_before_what_was_found(inhouse: Run, small_model: Path) -> None:
    remember(small_model, TUNED)
    found = Store().find(str(small_model))
    assert not isinstance(found, StoreFault)
    settings = Settings(threads=2, kv_type="f16", context=1024)
    status = origins(load(host_options(settings, found, None, confined=False)).speed)
    assert status["threads"] == ("2", "set")
    assert status["kv_type"] == ("f16", "set")
    assert status["reading_threads"] == ("1", "tuned")
    shown = inhouse("models", "info", str(small_model), env={"INHOUSE_THREADS": "2"}).stdout
    lines = [line.split("  ", 1) for line in shown.splitlines()]
    rows = {words[0]: words[-1].strip() for words in lines}
    assert rows["threads"] == "2 (your setting)"
    assert rows["kv_type"] == "q8_0 (found by inhouse models tune)"


@pytest.mark.model
def test_what_was_found_is_forgotten(inhouse: Run, small_model: Path) -> None:
    remember(small_model, TUNED)
    remember(small_model, TUNED, {**machine_facts(), "processor": "another"})
    assert "(found by inhouse models tune)" in inhouse("models", "info", str(small_model)).stdout
    ran = inhouse("models", "tune", str(small_model), "--forget")
    assert "is forgotten" in ran.stdout
    assert list(state_folder().iterdir()) == []
    assert "find out what is quickest" in inhouse("models", "info", str(small_model)).stdout
    again = inhouse("models", "tune", str(small_model), "--forget", "--json")
    assert json.loads(again.stdout)["forgotten"] is False
    remember(small_model, TUNED, {**machine_facts(), "processor": "another"})
    said = inhouse("models", "info", str(small_model)).stdout
    assert "not used any more: the processor changed" in said


@pytest.mark.model
def test_ctrl_c_in_the_middle_leaves_what_was_found_before(folder: Path, small_model: Path) -> None:
    remember(small_model, TUNED)
    words = ["-m", "inhouse.start", "models", "tune", str(small_model), "--busy"]
    with subprocess.Popen(
        [sys.executable, *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **SET},
    ) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        while "trying" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        rest, said = process.stdout.read(), process.stderr.read()
    assert process.returncode == ExitCode.INTERRUPTED, said
    assert rest == ""
    assert "Traceback" not in said
    assert recall(small_model) == TUNED


def test_what_cannot_be_tuned_is_said_in_a_line(inhouse: Run, tmp_path: Path) -> None:
    for name in ("no-such-model", str(tmp_path / "none.gguf")):
        for more in ((), ("--forget",)):
            ran = inhouse("models", "tune", name, *more)
            assert ran.returncode == ExitCode.ENGINE
            assert ran.stdout == ""
            assert len(ran.stderr.splitlines()) == 1, ran.stderr


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("reading_threads", "2", "-1"),
        ("batch", "256", "5"),
        ("flash_attention", "on", "maybe"),
        ("kv_type", "q8_0", "q4_0"),
        ("load_mode", "mlock", "swap"),
        ("gpu_layers", "999", "-2"),
        ("gpu_split", "3,1", "0,0"),
        ("prediction", "off", "2"),
        ("drafting", "on", "perhaps"),
    ],
)
def test_each_choice_is_a_setting_that_is_checked(
    inhouse: Run, name: str, good: str, bad: str
) -> None:
    assert inhouse("config", "set", name, good).returncode == 0
    assert inhouse("config", "get", name).stdout.strip() == good
    # Behind the dashes a number below zero is no option.
    refused = inhouse("config", "set", "--", name, bad)
    assert refused.returncode == ExitCode.USAGE
    assert name in refused.stderr
    assert inhouse("config", "get", name).stdout.strip() == good
