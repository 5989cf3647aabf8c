"""The load that other programs make is told apart from our own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from inhouse_models.machine import LoadMeter, load_meter

LINE = "cpu  {user} 10 20 1000 5 3 2 0 0 0\n"


def tell(monkeypatch: pytest.MonkeyPatch, *texts: str) -> None:
    """Let the system say this, one text after the other."""
    left = list(texts)

    def read_text(_path: Path) -> str:
        return left.pop(0)

    monkeypatch.setattr(load_meter, "_read_text", read_text)


@pytest.mark.skipif(not Path("/proc/stat").exists(), reason="Linux tells this, others do not")
def test_another_program_is_seen() -> None:
    meter = LoadMeter()
    work = "import time\nwhile time.process_time() < 1: pass"
    subprocess.run([sys.executable, "-c", work], check=True, timeout=60)
    assert meter.others() > 0.02


def test_our_own_work_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    later = 1000 + 3 * os.sysconf("SC_CLK_TCK")
    tell(monkeypatch, LINE.format(user=1000), LINE.format(user=later))
    clock, own = iter([10.0, 12.0]), iter([1.0, 2.0])
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    monkeypatch.setattr("time.process_time", lambda: next(own))
    # Of three seconds of work in two seconds, one was ours.
    assert LoadMeter().others() == pytest.approx(1.0)


@pytest.mark.parametrize("text", ["", "cpu", "nothing of the kind 1 2 3 4 5 6 7 8"])
def test_a_system_that_does_not_tell_is_quiet(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    tell(monkeypatch, text, text)
    assert LoadMeter().others() == 0.0
