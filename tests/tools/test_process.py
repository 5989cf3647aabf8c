"""Programs end in time, with everything they started, and their output stays bounded."""

import asyncio
import os
import subprocess
import time
from pathlib import Path

import pytest
from tests.processes import gone

from inhouse_tools.process import Result, output, run, scrubbed
from inhouse_tools.refusal import Refusal

pytestmark = pytest.mark.usefixtures("each_way")


def shell(command: str, seconds: float = 20, **named: object) -> Result:
    result = asyncio.run(
        run(["/bin/bash", "-c", command], cwd=Path("/"), timeout=seconds, **named)  # pyright: ignore[reportArgumentType] - passed on
    )
    assert isinstance(result, Result)
    return result


def test_output_and_exit_code_come_back() -> None:
    result = shell("echo out; echo err >&2; exit 3")
    assert (result.exit_code, result.output, result.cut) == (3, "out\nerr\n", 0)


def test_input_is_empty_or_what_was_given() -> None:
    assert shell("cat; echo end").output == "end\n"
    assert shell("cat", stdin=b"given").output == "given"


def test_a_program_that_does_not_exist_is_a_value() -> None:
    answer = asyncio.run(run(["/does/not/exist"], cwd=Path("/"), timeout=1))
    assert isinstance(answer, Refusal)
    assert "/does/not/exist" in answer.text
    assert isinstance(asyncio.run(run(["a\0b"], cwd=Path("/"), timeout=1)), Refusal)


# Seconds in which a shell has written its first file, on a busy machine too.
BEGUN = 3.0
# Seconds that are far from the minute that these programs would take.
PATIENCE = 30


def test_a_timeout_ends_the_whole_group(tmp_path: Path) -> None:
    began = time.monotonic()
    result = shell(f"sleep 60 & echo $! > {tmp_path}/pid; sleep 60", seconds=BEGUN)
    assert result.timed_out
    assert time.monotonic() - began < PATIENCE
    assert gone(int((tmp_path / "pid").read_text()))


def test_a_program_that_ignores_the_first_signal_is_killed(tmp_path: Path) -> None:
    began = time.monotonic()
    result = shell(f"trap '' TERM; echo $$ > {tmp_path}/pid; while :; do sleep 1; done", BEGUN)
    assert result.timed_out
    assert time.monotonic() - began < PATIENCE
    assert gone(int((tmp_path / "pid").read_text()))


def test_a_stopped_program_is_killed() -> None:
    began = time.monotonic()
    assert shell("kill -STOP $$", seconds=0.3).timed_out
    assert time.monotonic() - began < PATIENCE


def test_a_grandchild_that_holds_the_output_does_not_hold_us(tmp_path: Path) -> None:
    began = time.monotonic()
    result = shell(f"sleep 60 & echo $! > {tmp_path}/pid; echo done")
    assert time.monotonic() - began < PATIENCE
    assert (result.exit_code, result.output) == (0, "done\n")
    assert gone(int((tmp_path / "pid").read_text()))


def processes_called(word: str) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True)
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if word in line]


@pytest.mark.parametrize("steps", range(8))
def test_cancelled_while_it_starts_nothing_is_left(steps: int) -> None:
    """At every step of the loop that starting takes, and whether the shell was quick or not."""
    mark = f"8639{steps}.{os.getpid()}"

    async def cancel_early() -> None:
        argv = ["/bin/bash", "-c", f"sleep {mark} & wait"]
        running = asyncio.ensure_future(run(argv, cwd=Path("/"), timeout=20))
        for _step in range(steps):
            await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    for _attempt in range(5):
        asyncio.run(cancel_early())
    # What was killed may still be on its way out.
    assert all(gone(pid) for pid in processes_called(mark))


def test_endless_output_is_bounded_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "MAX_BYTES", 3_000_000)
    shown: list[str] = []
    result = shell("echo first; yes", kept_bytes=10_000, show=shown.append)
    assert result.flooded
    assert not result.timed_out
    assert result.output.startswith("first\n")
    assert len(result.output) < 21_000
    assert result.cut > 2_900_000
    assert f"{result.cut} bytes of output were not kept" in result.output
    assert sum(map(len, shown)) < 1_000_000


def test_what_is_kept_is_the_beginning_and_the_end() -> None:
    result = shell("seq 1 20000", kept_bytes=5000)
    assert result.output.startswith("1\n2\n")
    assert result.output.endswith("19999\n20000\n")
    total = sum(len(str(number)) + 1 for number in range(1, 20001))
    assert result.cut == total - 10_000


def test_output_is_passed_on_while_it_runs(tmp_path: Path) -> None:
    shown: list[str] = []

    def show(text: str) -> None:
        shown.append(text)
        (tmp_path / "seen").write_text("")

    result = shell(f"echo early; until [ -e {tmp_path}/seen ]; do sleep 0.01; done", show=show)
    assert not result.timed_out
    assert shown == ["early\n"]


def test_cancelling_ends_the_group(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "started")

    async def cancelled() -> int:
        command = f"sleep 60 & echo $! > {tmp_path}/started; wait"
        task = asyncio.create_task(run(["/bin/bash", "-c", command], cwd=Path("/"), timeout=60))
        pid = int(await asyncio.to_thread((tmp_path / "started").read_text))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return pid

    assert gone(asyncio.run(cancelled()))


def test_secrets_sockets_and_shell_traps_are_not_passed_on() -> None:
    hidden = {
        "GITHUB_TOKEN": "x",
        "HF_TOKEN": "x",
        "OPENAI_API_KEY": "x",
        "AWS_REGION": "x",
        "MY_SECRET_THING": "x",
        "DB_PASSWORD": "x",
        "DATABASE_URL": "postgres://me:hunter2@db/x",
        "SSH_AUTH_SOCK": "/run/agent",
        "BASH_ENV": "/tmp/x",
        "BASH_FUNC_ls%%": "() { evil; }",
    }
    kept = {"HOME": "/home/me", "LANG": "C.UTF-8", "KEYBOARD": "de", "PYTHONPATH": "src"}
    result = scrubbed({**hidden, **kept, "PATH": ".::bin:/usr/bin:/bin"})
    assert not set(result) & set(hidden)
    assert kept.items() <= result.items()
    assert result["PATH"] == "/usr/bin:/bin"
