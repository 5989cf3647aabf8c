"""Nothing that we write is torn or lost, whatever system call the process is killed at.

A sample of the points; `scripts/bench/kills` takes all of them.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.durability.scenarios import SCENARIOS
from tests.e2e.durability.traced import Wrapped, points_of

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("app", "agent", "tools", "models", ".")
SAMPLE = "65"


def told_by(program: str, *arguments: str) -> dict[str, dict[str, Any]]:
    """What a program of this folder prints; it forks, which pytest's threads would not survive."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "e2e" / "durability" / program), *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(str(ROOT / name) for name in FOLDERS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def test_nothing_is_torn_or_lost_by_a_kill(tmp_path: Path) -> None:
    seed = str(sum(map(ord, tmp_path.name)))
    told = told_by("kills.py", "--sample", SAMPLE, "--seed", seed)
    assert {name: tally["faults"] for name, tally in told.items() if tally["faults"]} == {}
    assert set(told) == {scenario.name for scenario in SCENARIOS}
    assert sum(tally["kills"] for tally in told.values()) >= 50
    assert sum(tally["points"] for tally in told.values()) > 2_000
    assert sum(tally["old"] for tally in told.values()) > 10
    assert sum(tally["new"] for tally in told.values()) > 5


def test_a_naive_writer_is_torn_by_the_same_kills() -> None:
    (tally,) = told_by("kills.py", "--control").values()
    assert len(tally["faults"]) > tally["points"] / 2
    assert "neither old nor new: ['', 'old b']" in tally["faults"][0]


def test_no_failing_call_breaks_what_is_there(tmp_path: Path) -> None:
    seed = str(sum(map(ord, tmp_path.name)))
    told = told_by("failures.py", "--sample", SAMPLE, "--seed", seed)
    assert {name: tally["faults"] for name, tally in told.items() if tally["faults"]} == {}
    assert sum(tally["failures"] for tally in told.values()) >= 50
    assert sum(tally["old"] for tally in told.values()) > 10
    assert sum(tally["new"] for tally in told.values()) > 5


def test_a_naive_writer_is_broken_by_the_same_failures() -> None:
    (tally,) = told_by("failures.py", "--control").values()
    assert len(tally["faults"]) > tally["failures"] / 2


def test_without_locks_everything_still_works() -> None:
    told = told_by("failures.py", "--unlocked")
    assert {name: tally["faults"] for name, tally in told.items() if tally["faults"]} == {}


def test_what_stands_in_for_strace_stops_and_fails_as_well(tmp_path: Path) -> None:
    file = tmp_path / "file"

    def act() -> str:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT)
        os.write(descriptor, b"one")
        os.write(descriptor, b"two")
        os.close(descriptor)
        return "done"

    tracer = Wrapped()
    lines, _ended = tracer.record(act)
    points = points_of(lines)
    assert [(point.call, point.number) for point in points] == [
        *(("open", 1), ("write", 1), ("write", 2), ("close", 1))
    ]
    found: list[str] = []
    for point in points:
        file.unlink()
        assert tracer.kill(act, point).killed
        found.append(file.read_text() if file.exists() else "")
        file.touch()
    assert found == ["", "", "one", "onetwo"]
    broken = tracer.fail(act, points[2], "ENOSPC").broken
    assert "No space left on device" in broken


@pytest.mark.skipif(sys.platform != "linux", reason="strace is there on Linux only")
def test_without_strace_nothing_passes_on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.e2e.durability.traced import find_tracer

    monkeypatch.setenv("PATH", "")
    with pytest.raises(RuntimeError, match="apt-get install strace"):
        find_tracer(Path())
