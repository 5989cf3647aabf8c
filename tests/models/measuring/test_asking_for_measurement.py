"""A measurement over its real transport: a process that loads a tiny model and times it."""

import asyncio
import os
import select
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from tiny_models import Kind

from inhouse_models.chat import ModelError
from inhouse_models.engine.drafting.calibration import calibration_folder
from inhouse_models.host.places import log_path
from inhouse_models.host.spawn import HostOptions, start_directly
from inhouse_models.measuring.asking import Step, ask_for_measurement
from inhouse_models.measuring.measured import Measured
from inhouse_models.measuring.trial import REPETITIONS

pytestmark = pytest.mark.model


def ask(options: HostOptions) -> tuple[Measured | ModelError, list[Step]]:
    steps: list[Step] = []
    found = asyncio.run(ask_for_measurement(options, lambda step, _done, _of: steps.append(step)))
    return found, steps


def test_loads_tunes_and_measures(tiny_qwen2: Path) -> None:
    # With a number of threads to find it would not be remembered while other programs are busy.
    found, steps = ask(HostOptions(model=tiny_qwen2, context=2_048, threads=1))
    assert isinstance(found, Measured), found
    assert list(dict.fromkeys(steps)) == ["loading", "tuning", "measuring"]
    assert len(found.reading_samples) == len(found.writing_samples) == REPETITIONS
    assert found.reading > found.writing > 1
    layout = found.layout
    assert layout.context == 2_048
    assert (layout.gpu_layers, layout.all_layers, layout.offloads) == (0, 9, False)
    assert 0 < found.load_seconds < 60
    # What was found out is there for the engine.
    assert list(calibration_folder().glob("*.json"))


def test_threads_are_as_they_were_asked_for(tiny_qwen2: Path) -> None:
    found, _ = ask(HostOptions(model=tiny_qwen2, context=1_024, threads=1))
    assert isinstance(found, Measured), found
    assert (found.layout.threads, found.layout.reading_threads) == (1, 1)


def test_recurrent_models_too(tiny_model: Callable[[Kind], Path]) -> None:
    found, _ = ask(HostOptions(model=tiny_model("qwen35"), context=1_024, threads=1))
    assert isinstance(found, Measured), found


def test_what_is_no_model_is_a_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + b"\0" * 100)
    found, _ = ask(HostOptions(model=broken))
    assert isinstance(found, ModelError)
    assert found.kind == "load"
    found, _ = ask(HostOptions(model=tmp_path / "nowhere.gguf"))
    assert isinstance(found, ModelError)
    unconfined, _ = ask(HostOptions(model=broken, confined=True))
    assert isinstance(unconfined, ModelError)
    assert "no socket" in unconfined.text


def test_a_process_that_dies_is_told_with_its_log(tiny_qwen2: Path) -> None:
    def start(argv: Sequence[str], files: Mapping[int, int]) -> None:
        start_directly(["/bin/sh", "-c", "exit 3"], files)

    found = asyncio.run(ask_for_measurement(HostOptions(model=tiny_qwen2), start=start))
    assert isinstance(found, ModelError)
    assert str(log_path()) in found.text

    def refuse(argv: Sequence[str], files: Mapping[int, int]) -> None:
        raise OSError(2, "No such file or directory")

    found = asyncio.run(ask_for_measurement(HostOptions(model=tiny_qwen2), start=refuse))
    assert isinstance(found, ModelError)
    assert "could not be started" in found.text


def test_cancelling_ends_the_process(tiny_qwen2: Path) -> None:
    pids: list[int] = []

    def start(argv: Sequence[str], files: Mapping[int, int]) -> None:
        script = 'echo $$ > "$0"; exec "$@"'
        start_directly(["/bin/sh", "-c", script, str(told), *argv], files)

    told = tiny_qwen2.parent / "pid"

    async def test() -> None:
        measuring = asyncio.Event()
        asked = asyncio.create_task(
            ask_for_measurement(
                HostOptions(model=tiny_qwen2, context=1_024),
                lambda step, _done, _of: measuring.set() if step == "loading" else None,
                start,
            )
        )
        async with asyncio.timeout(60):
            await measuring.wait()
            pids.append(int(told.read_text(encoding="ascii")))
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)

    asyncio.run(test())
    try:
        handle = os.pidfd_open(pids[0])
    except ProcessLookupError:
        return
    try:
        ended, _, _ = select.select([handle], [], [], 20)
        assert ended
    finally:
        os.close(handle)
