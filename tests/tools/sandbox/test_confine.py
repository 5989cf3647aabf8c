"""A program that was confined can open no socket but Unix ones, nor can what it starts."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has these filters")
OPEN = "import socket; socket.socket(socket.{}).close(); print('opened')"
CONFINE = (sys.executable, "-I", "-m", "inhouse_tools.sandbox.confine")


def opens(family: str, *before: str) -> bool:
    """Whether Python can open such a socket when `before` stands before it."""
    done = subprocess.run(
        [*before, sys.executable, "-I", "-c", OPEN.format(family)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout == "opened\n") != ("PermissionError" in done.stderr), done
    return done.returncode == 0


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6"])
def test_no_way_off_the_machine(family: str) -> None:
    assert opens(family)
    assert not opens(family, *CONFINE)
    assert not opens(family, *CONFINE, "/bin/sh", "-c", '"$@"', "sh")


def test_unix_sockets_stay() -> None:
    assert opens("AF_UNIX", *CONFINE)


def test_a_program_that_is_not_there_is_a_fault() -> None:
    done = subprocess.run([*CONFINE, "/does/not/exist"], capture_output=True, check=False)
    assert done.returncode != 0
