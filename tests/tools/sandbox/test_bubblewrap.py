"""The kernel refuses what a sandboxed command must not do; each refusal has a positive control."""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.tools.helpers_tools import call, workspace_in
from tests.tools.sandbox import boxes
from tests.tools.sandbox.boxes import Shell, boundary


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return boxes.repository(tmp_path / "project")


@pytest.fixture
def inside(root: Path) -> Shell:
    return boxes.inside(boundary(root))


@pytest.fixture
def outside(root: Path) -> Shell:
    return boxes.outside(root)


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder that no tmpfs hides, so that a refused write is the read-only root's doing."""
    folder = Path("/var/tmp") / f"inhouse-test-{os.getpid()}"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


def test_writes_go_to_the_project_only(
    inside: Shell, outside: Shell, root: Path, elsewhere: Path
) -> None:
    assert not inside("echo new > file && mkdir -p a/b && echo x > a/b/c").failed
    assert (root / "file").read_text() == "new\n"
    assert inside(f"echo bad > {elsewhere}/file").failed
    assert inside(f"ln -s {elsewhere} link; echo bad > link/file").failed
    assert inside(f"mount -o remount,rw,bind / ; echo bad > {elsewhere}/file").failed
    assert list(elsewhere.iterdir()) == []
    assert not outside(f"echo control > {elsewhere}/file").failed
    assert (elsewhere / "file").read_text() == "control\n"


def test_tmp_is_the_commands_own(inside: Shell, tmp_path: Path) -> None:
    (tmp_path / "neighbour").write_text("secret")
    assert not inside("echo x > /tmp/scratch && cat /tmp/scratch").failed
    assert not Path("/tmp/scratch").exists()
    assert inside(f"cat {tmp_path}/neighbour").failed


def test_git_works_but_its_hooks_and_config_stay(inside: Shell, outside: Shell, root: Path) -> None:
    config = (root / ".git" / "config").read_text()
    (root / ".inhouse").mkdir()
    commit = "git -c user.name=a -c user.email=a@b commit -q --allow-empty -m one"
    assert not inside(f"git status && {commit} && git log").failed
    for command in (
        "echo evil >> .git/config",
        "echo evil > .git/hooks/pre-commit",
        "mv .git aside",
        "rm -rf .git",
        "git config core.fsmonitor ./evil",
        "umount .git/config; echo evil >> .git/config",
        "echo evil > .inhouse/config.toml",
    ):
        assert inside(command).failed, command
    assert (root / ".git" / "config").read_text() == config
    assert not (root / ".git" / "hooks" / "pre-commit").exists()
    assert list((root / ".inhouse").iterdir()) == []
    assert not outside("echo '# control' >> .git/config").failed


def test_no_byte_reaches_a_listener(inside: Shell, outside: Shell, tmp_path: Path) -> None:
    received: list[bytes] = []
    path = tmp_path / "s"
    servers = [socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX)]
    servers[1].bind(str(path))
    servers[1].listen()

    def serve(server: socket.socket) -> None:
        connection, _address = server.accept()
        with connection:
            received.append(connection.recv(10))

    threads = [threading.Thread(target=serve, args=(server,)) for server in servers]
    for thread in threads:
        thread.start()
    port = servers[0].getsockname()[1]
    to_tcp = f"echo hi > /dev/tcp/127.0.0.1/{port}"
    to_unix = (
        'python3 -c "import socket; s = socket.socket(socket.AF_UNIX); '
        f"s.connect('{path}'); s.send(b'hi')\""
    )
    assert inside(to_tcp).failed
    assert inside(to_unix).failed
    assert received == []
    assert not outside(to_tcp).failed
    assert not outside(to_unix).failed
    for thread, server in zip(threads, servers, strict=True):
        thread.join()
        server.close()
    assert len(received) == 2


@pytest.mark.parametrize("project", ["elsewhere", "at home"])
def test_secrets_of_the_home_are_hidden(root: Path, home: Path, project: str) -> None:
    secrets = (".ssh/id", ".aws/credentials", ".netrc", ".config/inhouse/config.toml")
    for name in secrets:
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("hunter2")
    folder = root if project == "elsewhere" else home
    plain = workspace_in(folder)
    boxed = workspace_in(folder)
    boxed.sandbox = boundary(folder)
    for name in secrets:
        assert "hunter2" in call(plain, "bash", command=f"cat {home}/{name}").text
        assert "hunter2" not in call(boxed, "bash", command=f"cat {home}/{name}").text
    assert not call(boxed, "bash", command="echo works > file").failed
    assert (folder / "file").read_text() == "works\n"


def test_processes_do_not_outlive_the_command(inside: Shell, root: Path) -> None:
    answer = inside("setsid sleep 4321 & ps -e | wc -l")
    assert not answer.failed
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert "sleep 4321" not in listed.stdout


def test_no_capability_is_left(inside: Shell) -> None:
    assert "CapEff:\t0000000000000000" in inside("grep CapEff /proc/self/status").text


def test_files_named_env_are_hidden_unless_the_person_shows_them(root: Path) -> None:
    for name in (".env", ".envrc", "service/api/.env.local", ".env.example"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("hunter2\n")
    read = "cat .env; cat .envrc; cat service/api/.env.local; cat .env.example"
    hidden = boxes.inside(boundary(root))(read)
    assert hidden.text.count("hunter2") == 1
    shown = replace(boundary(root), env_files=True)
    assert boxes.inside(shown)(read).text.count("hunter2") == 4
    assert boxes.inside(shown)("echo bad >> .envrc").failed


def test_what_only_reads_sees_the_folder_as_it_is(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "a.txt").write_text("a")
    boxed = workspace_in(root)
    boxed.sandbox = boundary(root)
    seen = call(boxed, "bash", command="ls -A").text.splitlines()
    assert seen[0] == "a.txt" and len(seen) == 2, "no missing place is held by a folder"
    # A command that may write is kept from the missing places by folders.
    held = call(boxed, "bash", command="ls -A; touch b.txt").text.splitlines()
    assert ".inhouse" in held and (root / "b.txt").exists()
