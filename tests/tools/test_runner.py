"""The runner: what programs find when it starts them, and that nothing is left when we are gone."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.processes import gone

from inhouse_tools.process import Result, hand_over, open_pipe, run
from inhouse_tools.refusal import Refusal
from inhouse_tools.runner.connection import LOST, Runner, use_runner
from inhouse_tools.runner.message import LENGTH_BYTES, decode, encode, program

# What a program was given: signals that are ignored, open descriptors, its folder and session.
LOOK = """
import json, os, signal, sys
ignored = [int(n) for n in signal.valid_signals() if signal.getsignal(n) is signal.SIG_IGN]
open_ones = sorted(int(name) for name in os.listdir("/proc/self/fd"))
print(json.dumps([ignored, open_ones[:-1], os.getcwd(), os.getpid() == os.getsid(0)]))
"""
# Python itself ignores these two.
BY_PYTHON = {signal.SIGPIPE, signal.SIGXFSZ}
PARENT = """
import os, sys, time
from inhouse_tools.runner.connection import Runner
from inhouse_tools.runner.forked import fork_runner
from inhouse_tools.runner.connection import use_runner
runner = Runner(fork_runner())
use_runner(runner)
import asyncio
from pathlib import Path
from inhouse_tools.process import open_pipe
from inhouse_tools.runner.message import program

async def main():
    pipe = await open_pipe(["/bin/sh", "-c", "echo $$ $PPID; exec sleep 60"], cwd=Path("/"))
    said = (await pipe.read(100)).decode().strip()
    lasting = runner.start_lasting(program(["sleep", "60"], "/", os.environ, (), lasting=True), ())
    print(said, lasting, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def look(folder: Path) -> list[object]:
    result = asyncio.run(run([sys.executable, "-I", "-c", LOOK], cwd=folder, timeout=20))
    assert isinstance(result, Result)
    return json.loads(result.output)


def test_a_program_finds_the_same_as_when_it_is_started_directly(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with Path(os.devnull).open("rb") as stray:
        os.set_inheritable(stray.fileno(), True)
        directly = look(tmp_path)
        request.getfixturevalue("runner")
        assert look(tmp_path) == directly
    ignored, descriptors, folder, leads = directly
    assert ignored == sorted(BY_PYTHON)
    assert (descriptors, folder, leads) == ([0, 1, 2], str(tmp_path), True)


def test_words_of_any_bytes_and_of_any_length_arrive(runner: Runner, tmp_path: Path) -> None:
    odd = os.fsdecode(b"\xff\xfe \n'\"")
    long = "x" * 120_000
    environment = {"PATH": os.defpath, "ODD": odd, "LONG": long, "EMPTY": ""}
    script = 'printf %s "$1$ODD$EMPTY" | od -An -tx1; printf %s "$2$LONG" | wc -c'
    argv = ["/bin/sh", "-c", script, "sh", odd, long]
    result = asyncio.run(run(argv, cwd=tmp_path, timeout=20, environment=environment))
    assert isinstance(result, Result)
    bytes_said, length = result.output.rstrip().rsplit("\n", 1)
    assert bytes.fromhex(bytes_said.replace("\n", "")) == b"\xff\xfe \n'\"" * 2
    assert int(length) == 240_000


def test_a_message_is_read_as_it_was_written() -> None:
    wanted = program(["a", "", "b\n"], "/x", {"K": "=v=", "E": ""}, (0, 7), session=False)
    data = encode(wanted)
    again = decode(data[LENGTH_BYTES:])
    assert int.from_bytes(data[:LENGTH_BYTES], "big") == len(data) - LENGTH_BYTES
    assert {name: getattr(again, name) for name in wanted.__slots__} == {
        name: getattr(wanted, name) for name in wanted.__slots__
    }


@pytest.mark.parametrize(
    ("argv", "environment"), [([], {}), (["a\0"], {}), (["a"], {"K": "\0"}), (["a"], {"A=": ""})]
)
def test_what_no_program_can_be_given_is_not_sent(
    argv: list[str], environment: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match=r"null|illegal|name"):
        program(argv, "/", environment, ())


def test_a_folder_that_is_not_there_is_a_value(runner: Runner, tmp_path: Path) -> None:
    refused = asyncio.run(run(["true"], cwd=tmp_path / "none", timeout=5))
    assert isinstance(refused, Refusal)
    assert "no such file" in refused.text


def test_many_at_once_each_hear_of_their_own_end(runner: Runner, tmp_path: Path) -> None:
    async def all_of_them() -> list[int]:
        runs = [run(["/bin/sh", "-c", f"exit {n}"], cwd=tmp_path, timeout=60) for n in range(40)]
        results = await asyncio.gather(*runs)
        return [one.exit_code for one in results if isinstance(one, Result)]

    assert asyncio.run(all_of_them()) == list(range(40))


def test_several_loops_use_it_one_after_the_other(runner: Runner, tmp_path: Path) -> None:
    for text in ("one\n", "two\n"):
        result = asyncio.run(run(["echo", text.strip()], cwd=tmp_path, timeout=20))
        assert isinstance(result, Result)
        assert result.output == text


def start_parent() -> tuple["subprocess.Popen[str]", list[int]]:
    """A process with a runner: the ids of what it started, of the runner, of what is lasting."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert parent.stdout is not None
    return parent, [int(word) for word in parent.stdout.readline().split()]


def test_when_its_parent_is_killed_all_ends_but_what_is_lasting() -> None:
    parent, (child, runner_id, lasting) = start_parent()
    with parent:
        try:
            parent.kill()
            assert gone(child)
            assert gone(runner_id)
            assert not gone(lasting, 0.2)
        finally:
            os.kill(lasting, signal.SIGKILL)


def test_signals_of_the_terminal_do_not_end_it() -> None:
    parent, (child, runner_id, lasting) = start_parent()
    with parent:
        try:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGTSTP):
                os.kill(runner_id, number)
            assert not gone(runner_id, 0.2)
            # The positive control: it lives, so it hears that its parent ends.
            parent.kill()
            assert gone(child)
            assert gone(runner_id)
        finally:
            os.kill(lasting, signal.SIGKILL)


def test_a_runner_that_is_gone_is_said(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    lost = Runner(ours)
    use_runner(lost)
    try:
        refused = asyncio.run(run(["true"], cwd=tmp_path, timeout=5))
    finally:
        use_runner(None)
        lost.close()
    assert isinstance(refused, Refusal)
    assert LOST in refused.text


def test_a_runner_that_dies_takes_its_programs_for_dead() -> None:
    """Whoever waits for one is told, also when nobody can say how it ended."""
    ours, theirs = socket.socketpair()
    dying = Runner(ours)
    use_runner(dying)

    async def wait() -> Result | Refusal:
        running = asyncio.create_task(run(["true"], cwd=Path("/"), timeout=60))
        await asyncio.sleep(0)
        theirs.close()
        return await running

    try:
        answer = asyncio.run(wait())
    finally:
        use_runner(None)
        dying.close()
    assert isinstance(answer, Refusal)
    assert LOST in answer.text


def test_what_is_spoken_to_ends_with_all_it_started(runner: Runner, tmp_path: Path) -> None:
    async def talk() -> int:
        pipe = await open_pipe(["/bin/sh", "-c", "sleep 60 & echo $!; cat"], cwd=tmp_path)
        assert not isinstance(pipe, Refusal)
        pid = int(await pipe.read(100))
        assert await pipe.write(b"again\n")
        assert await pipe.read(100) == b"again\n"
        await pipe.end()
        return pid

    assert gone(asyncio.run(talk()))


def test_a_program_that_gets_the_terminal_shares_our_group(each_way: None, tmp_path: Path) -> None:
    script = f'[ "$(ps -o pgid= -p $$ | tr -d " ")" = {os.getpgid(0)} ] && pwd -P >&2 && exit 7'
    code = asyncio.run(hand_over(["/bin/sh", "-c", script], cwd=tmp_path))
    assert code == 7
    assert isinstance(asyncio.run(hand_over(["/does/not/exist"], cwd=tmp_path)), Refusal)
