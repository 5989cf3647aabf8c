"""Once a local model answers the kernel refuses this process the network, and says so where not."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.app.conftest import Run
from tests.models.gguf_files import make_gguf
from tests.models.hub_server import Hub, serve

from inhouse.connect import connect
from inhouse.offline import Confinement, confine, present_confinement, unkept_promise
from inhouse.settings import Settings
from inhouse_models.chat import ModelError
from inhouse_models.transfer import ignore_progress

# What a process can do before it confines itself, after it, and what it has others do then.
CONFINED = """
import asyncio, json, os, socket, sys, threading
from inhouse.start import fork_beside
fork_beside()
from pathlib import Path
from inhouse.connect import connect
from inhouse.live.servers import ask_server
from inhouse.offline import confine, present_confinement
from inhouse.settings import Settings
from inhouse_tools.process import run

def opens(family, kind=socket.SOCK_STREAM):
    try:
        socket.socket(getattr(socket, family), kind).close()
    except PermissionError:
        return False
    return True

def families():
    raw = [("AF_NETLINK", socket.SOCK_RAW)]
    return {f: opens(f, *k) for f, *k in [("AF_INET",), ("AF_INET6",), ("AF_UNIX",), *raw]}

told, wanted = threading.Event(), threading.Event()
heard = []
def older_thread():
    told.set()
    wanted.wait()
    heard.append(families())

thread = threading.Thread(target=older_thread)
thread.start()
told.wait()
before, label_before = families(), present_confinement().label
settings = Settings()
confine(settings)
wanted.set()
thread.join()
program = [sys.executable, "-I", "-c", "import socket; socket.socket().close(); print('opened')"]
command = asyncio.run(run(program, cwd=Path("/"), timeout=30))
direct = os.spawnv(os.P_WAIT, sys.executable, program)
server = asyncio.run(connect(Settings(endpoint="http://127.0.0.1:9"), lambda *_: None))
asked = asyncio.run(ask_server("http://127.0.0.1:9"))
print(json.dumps({
    "before": before, "after": families(), "older thread": heard[0],
    "label before": label_before, "label": present_confinement().label,
    "command": command.output, "direct": direct, "server": server.text, "asked": asked.text,
}))
"""
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has these filters")


def in_a_process(script: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
        timeout=60,
    )
    return json.loads(done.stdout.splitlines()[-1])


@linux
def test_the_kernel_refuses_all_sockets_but_those_of_this_machine() -> None:
    found = in_a_process(CONFINED)
    every = {"AF_INET": True, "AF_INET6": True, "AF_UNIX": True, "AF_NETLINK": True}
    assert found["before"] == every
    assert found["after"] == {name: name == "AF_UNIX" for name in every}
    assert found["older thread"] == found["after"]
    # A command is started beside it, and what it may do is the sandbox's affair.
    assert found["command"] == "opened\n"
    assert found["direct"] != 0
    assert "not enforced" in str(found["label before"])
    assert str(found["label"]).startswith("offline: enforced by the kernel")
    for said in (found["server"], found["asked"]):
        assert "inhouse --endpoint http://127.0.0.1:9" in str(said)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (Settings(endpoint="http://me:secret@gpu.example:8080/v1"), "goes to gpu.example:8080,"),
        (Settings(offline=False), "the setting offline is false"),
        (Settings(), "there is no process beside it"),
    ],
)
def test_where_it_is_not_enforced_the_reason_is_said(settings: Settings, reason: str) -> None:
    if sys.platform != "linux" and not settings.endpoint and settings.offline is None:
        reason = sys.platform
    confinement = confine(settings)
    assert not confinement.enforced
    assert confinement.label.startswith("not enforced by the kernel: ")
    assert reason in confinement.label
    assert "secret" not in confinement.label
    assert present_confinement() == confinement != Confinement(enforced=True)
    # Who asked for it is told, and nobody else.
    assert confinement.reason in unkept_promise(Settings(offline=True))
    assert unkept_promise(settings) == ""


def test_offline_and_a_server_cannot_be_both() -> None:
    settings = Settings(endpoint="http://127.0.0.1:9", offline=True)
    refused = asyncio.run(connect(settings, ignore_progress))
    assert isinstance(refused, ModelError)
    assert "offline is set, and http://127.0.0.1:9" in refused.text


def test_a_repository_cannot_switch_it_off(folder: Path, inhouse: Run) -> None:
    (folder / ".inhouse").mkdir()
    (folder / ".inhouse" / "config.toml").write_text("offline = false\nmax_turns = 7\n")
    trusting = inhouse("-p", "hi", "--trust", env={"INHOUSE_OFFLINE": "true"})
    assert "offline" in trusting.stderr
    lines = [line.split() for line in inhouse("config", "show").stdout.splitlines()]
    assert ["offline", "default"] in [line[:2] for line in lines]
    # The positive control: the rest of that file holds.
    assert ["max_turns", "7"] in [line[:2] for line in lines]


def test_nothing_is_downloaded_while_offline_is_set(inhouse: Run, home: Path) -> None:
    name = "owner/tiny-GGUF/Tiny-Q4_K_M.gguf"
    with serve(Hub({name: make_gguf()})) as hub:
        env = {"HF_ENDPOINT": hub.address}
        refused = inhouse("models", "pull", name, env={**env, "INHOUSE_OFFLINE": "1"})
        assert (refused.returncode, hub.requests) == (5, [])
        assert "Nothing is downloaded while offline is set" in refused.stderr
        pulled = inhouse("models", "pull", "--json", name, env=env)
        assert pulled.returncode == 0
        assert hub.requests
    lines = [json.loads(line) for line in pulled.stdout.splitlines()]
    assert lines[-1]["name"] == "owner--tiny-GGUF--Tiny-Q4_K_M"
    assert {line["type"] for line in lines[:-1]} == {"progress"}
    refused = inhouse("models", "pull", "--json", name, env={"INHOUSE_OFFLINE": "1"})
    assert refused.returncode == 5
    assert "while offline is set" in json.loads(refused.stdout)["problem"]
