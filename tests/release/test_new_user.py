"""The new user of the smoke test has nothing, and what fails for them ends the test."""

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from new_user import NUMBER, NewUser
from release_tools import ReleaseError
from using import PROMPT, RIGHT, TASK, TESTS, WRONG

LOOK = """
import json, os, socket
try:
    socket.create_connection(("127.0.0.1", {port}), 5).close()
    reached = True
except OSError:
    reached = False
print(json.dumps([dict(os.environ), os.listdir("."), os.getuid(), reached]))
"""


def test_nothing_but_a_home() -> None:
    with NewUser.create() as user:
        seen = json.loads(user.run("look", "/usr/bin/python3", "-c", LOOK.format(port=9)))
        variables = {name: value for name, value in seen[0].items() if name != "LC_CTYPE"}
        assert set(variables) == {"HOME", "PATH", "LANG"}
        assert variables["HOME"] == str(user.home)
        assert seen[1] == []
        assert (seen[2] == NUMBER) == user.is_another
    assert not user.folder.exists()


def test_no_network_and_nothing_left_running() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, NewUser.create() as user:
        look = LOOK.format(port=server.getsockname()[1])
        own = subprocess.run([sys.executable, "-c", look], capture_output=True, check=True)
        assert json.loads(own.stdout)[3]
        seen = json.loads(user.run("look", "/usr/bin/python3", "-c", look))
        assert seen[3] != user.is_another
        user.run("leave something", "sh", "-c", "sleep 20 > /dev/null 2>&1 &")
        assert user.is_alone(0) != user.is_another
    assert user.is_alone(10)


def test_a_failure_ends_it() -> None:
    with NewUser.create() as user:
        with pytest.raises(ReleaseError, match=r"(?s)a step: exit code 3\nseen\nsaid"):
            user.run("a step", "sh", "-c", "echo seen; echo said >&2; exit 3")
        with pytest.raises(ReleaseError, match="was not done after 0 s"):
            user.run("a step", "sleep", "60", seconds=0.2)


def test_what_is_given_can_only_be_read(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_text("weights")
    with NewUser.create() as user:
        given = user.give([file], "model") / file.name
        assert user.run("read", "cat", str(given)) == "weights"
        if user.is_another:
            with pytest.raises(ReleaseError):
                user.run("write", "sh", "-c", f"echo no > {given}")
        assert file.read_text() == "weights"


def test_the_task_is_one(tmp_path: Path) -> None:
    repository = Path(shutil.copytree(TASK, tmp_path / "task"))
    command = (sys.executable, *TESTS[1:])

    def passes() -> bool:
        done = subprocess.run(command, cwd=repository, capture_output=True, check=False)
        return done.returncode == 0

    assert " ".join(TESTS) in PROMPT
    assert not passes()
    file = repository / "sums.py"
    file.write_text(file.read_text().replace(WRONG, RIGHT))
    assert passes()
