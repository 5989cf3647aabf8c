"""Starting hosts: left running without a word, and refusing to work when not confined."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from inhouse_models.host.spawn import HostOptions, start_directly

LEAVING = """
import os, subprocess, sys
from inhouse_models.host.spawn import start_directly
start = {start}
nothing = os.open(os.devnull, os.O_RDWR)
start(["sleep", "5"])
"""
DIRECTLY = "lambda argv: start_directly(argv, {1: nothing, 2: nothing})"
FORGETFULLY = "lambda argv: subprocess.Popen(argv, stdout=nothing, stderr=nothing)"


def complaints_of(start: str) -> str:
    """What Python says when a process ends that has started a program so."""
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", LEAVING.format(start=start)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
        timeout=60,
    )
    return done.stderr


def test_a_host_that_is_left_running_is_nothing_to_be_warned_of() -> None:
    assert complaints_of(DIRECTLY) == ""


def test_another_program_that_is_left_running_is() -> None:
    """The positive control."""
    assert "still running" in complaints_of(FORGETFULLY)


def test_a_host_finds_its_descriptors_and_no_other(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    with (tmp_path / "log").open("wb") as log, (tmp_path / "stray").open("wb") as stray:
        os.set_inheritable(stray.fileno(), True)
        script = f"ls -m /proc/$$/fd; pwd; ps -o sid= -p $$; echo end >&{write_end}"
        start_directly(
            ["/bin/bash", "-c", script], {1: log.fileno(), 2: log.fileno(), write_end: write_end}
        )
    os.close(write_end)
    with os.fdopen(read_end, "rb") as ended:
        assert ended.read() == b"end\n"
    descriptors, folder, session = (tmp_path / "log").read_text().splitlines()
    assert set(map(int, descriptors.split(","))) == {0, 1, 2, write_end}
    assert folder == "/"
    assert int(session) != os.getsid(0)


def test_a_confined_host_is_another_one() -> None:
    """It is compared to see whether a running host fits."""
    assert HostOptions(confined=True).arguments() != HostOptions().arguments()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has filters of system calls")
def test_a_host_that_is_to_be_confined_and_is_not_ends(tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-m", "inhouse_models.host", "--fd", "0"]
    command += ["--model", str(tmp_path / "none.gguf")]
    refused = subprocess.run(
        [*command, "--confined"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "can open no socket" in refused.stderr
    assert "none.gguf" not in refused.stderr
    # The positive control: without that wish it goes on to the model.
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as free:
        assert free.stderr is not None
        assert b"none.gguf" in free.stderr.readline()
        free.send_signal(signal.SIGKILL)
