"""The Neovim plugin: headless, with the installed command over its real pipes."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.e2e.conftest import Serve
from tests.e2e.editors_here import missing
from tests.e2e.installed import COMMAND
from tests.e2e.scripted_server import Answer, call, chunk, say
from tests.e2e.terminal import Terminal

FOLDER = Path(__file__).with_name("neovim")
PLUGIN = Path(__file__).parents[2] / "packaging" / "editors" / "neovim"
NEOVIM = shutil.which("nvim")


# By this a server is known to have `/infill`.
FILLS_IN = {"default_generation_settings": {"n_ctx": 4096}}


def propose(*texts: str) -> Answer:
    """Texts for a cursor, in the shape of llama.cpp's `/infill`."""
    candidates = [{"text": text, "tokens": 1, "reason": "stop"} for text in texts]
    return Answer((json.dumps({"content": texts[0], "inhouse": {"candidates": candidates}}),))


def variables_of(**more: str) -> dict[str, str]:
    """What the Lua files are told."""
    return {
        "INHOUSE_TEST_COMMAND": str(COMMAND),
        "INHOUSE_TEST_PLUGIN": str(PLUGIN),
        "INHOUSE_TEST_HARNESS": str(FOLDER / "harness.lua"),
        **more,
    }


def neovim() -> str:
    """Where it is."""
    if NEOVIM is None:
        missing("nvim", "neovim")
    return NEOVIM


def drive(test: str, folder: Path, **more: str) -> None:
    """Run a test file in Neovim; what it found wrong stands on its standard error."""
    # A file that does not even load leaves the end to the last command.
    scripts = ["-c", f"luafile {FOLDER / test}", "-c", "cquit 3"]
    done = subprocess.run(
        [neovim(), "--headless", "-u", "NONE", "-i", "NONE", *scripts],
        cwd=folder,
        env={**os.environ, **variables_of(**more)},
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "traceback" not in done.stderr and "Error" not in done.stderr, done.stderr


@contextmanager
def on_screen(folder: Path, file: str, **more: str) -> Generator[Terminal]:
    """Neovim with a file in a terminal of 80 columns."""
    terminal = Terminal(folder, variables_of(**more), columns=80, rows=24)
    script = f"luafile {FOLDER / 'screen.lua'}"
    terminal.start_program(neovim(), "-u", "NONE", "-i", "NONE", "-c", script, file)
    try:
        terminal.wait_for("0,0-1")
        yield terminal
    finally:
        terminal.close()


def test_a_conversation(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Buy milk.\n")
    change = {"file_path": "notes.txt", "old_string": "milk", "new_string": "tea"}
    read = call("read", json.dumps({"file_path": "notes.txt"}))
    steps = [{"step": "read", "state": "done"}, {"step": "change milk", "state": "doing"}]
    script = serve(
        Answer((chunk({"reasoning_content": "Tea is\nwanted."}), *read.lines)),
        call("plan", json.dumps({"steps": steps})),
        call("edit", json.dumps(change)),
        say("The notes say tea now."),
        Answer((chunk({"content": "Once upon a time"}),), ending="hanging"),
        say("I see them."),
        say("Here I am again."),
    )
    (tmp_path / "other.txt").write_text("Other text.\n")
    drive("chat.lua", tmp_path, INHOUSE_TEST_ENDPOINT=script.url)
    attached = json.dumps(script.requests[-2]["messages"])
    assert "And sugar." in attached and "Other text." in attached


def test_proposals(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("def helper():\n    return 1\n")
    script = serve(
        propose("a + b"),
        propose("one(two)\n\tthree\nfour"),
        propose('"hi"'),
        propose("1"),
        propose("1", "2", "3"),
        propose("sa\x1b[31mfe\x07 te\u202ext"),
        propose("typed"),
    )
    script.facts |= FILLS_IN
    drive("ghost.lua", tmp_path, INHOUSE_TEST_ENDPOINT=script.url)
    first = script.requests[0]
    assert first["input_prefix"] + first["prompt"] == "def add(a, b):\n    return "
    assert first["inhouse"]["file"] == "sum.py"
    assert {"filename": "other.py", "text": "def helper():\n    return 1\n"} in first["input_extra"]


def test_changes_answers_and_findings(serve: Serve, tmp_path: Path) -> None:
    source = "def add(a, b):\n    return a {} b\n\n\nprint(add(1, 2))\n"
    (tmp_path / "sum.py").write_text(source.format("+"))
    name, address = ["config", "user.name", "Test"], ["config", "user.email", "test@localhost"]
    for command in (["init", "-q"], name, address, ["add", "."], ["commit", "-qm", "Begin"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    (tmp_path / "sum.py").write_text(source.format("-"))
    fixed = say("```python\ndef add(a, b):\n    return a + b\n```")
    finding = {"line": 2, "severity": "bug", "text": "This \x1b[31msubtracts."}
    script = serve(
        *[fixed] * 4,
        say("It adds."),
        say("The function adds."),
        say(json.dumps({"findings": [finding]})),
        say(json.dumps({"subject": "Subtract instead of adding", "body": ""})),
        fixed,
    )
    drive("edit.lua", tmp_path, INHOUSE_TEST_ENDPOINT=script.url)


def test_what_is_broken_is_survived(tmp_path: Path) -> None:
    agent = str(FOLDER / "broken_agent.py")
    drive("broken.lua", tmp_path, INHOUSE_TEST_PYTHON=sys.executable, INHOUSE_TEST_BROKEN=agent)


def test_a_proposal_stands_where_it_belongs(serve: Serve, tmp_path: Path) -> None:
    # How often it is asked depends on how fast the keys come.
    script = serve(*[propose('"hi"')] * 20)
    script.facts |= FILLS_IN
    with on_screen(tmp_path, "say.py", INHOUSE_TEST_ENDPOINT=script.url) as terminal:
        terminal.type("iprint()\x1b[D")
        terminal.wait_for('print("hi")\n~')
        terminal.type("\t\x1b:wq\r")
        assert terminal.wait_for_end() == 0
    assert (tmp_path / "say.py").read_text() == 'print("hi")\n'
    script = serve(*[propose("\nlast")] * 20)
    script.facts |= FILLS_IN
    with on_screen(tmp_path, "list.txt", INHOUSE_TEST_ENDPOINT=script.url) as terminal:
        terminal.type("ifirst")
        terminal.wait_for("first\nlast\n~")
        terminal.type("\t\x1b:wq\r")
        assert terminal.wait_for_end() == 0
    assert (tmp_path / "list.txt").read_text() == "first\nlast\n"


def test_a_conversation_is_readable_at_80_columns(serve: Serve, tmp_path: Path) -> None:
    words = "A word " * 20
    script = serve(say(f"The **answer** stands here.\n\n{words}\n"))
    with on_screen(tmp_path, "notes.txt", INHOUSE_TEST_ENDPOINT=script.url) as terminal:
        terminal.type(":Inhouse what is it?\r")
        terminal.wait_for("▌ what is it?", "answer", "ready", "scripted", "tokens")
        shown = terminal.text.splitlines()
        assert max(line.count("A word") for line in shown) > 8, "long lines use the width"
        assert any("ready" in line and "tokens" in line for line in shown)
        terminal.type("\x1b:qa!\r")
        assert terminal.wait_for_end() == 0


@pytest.mark.model
@pytest.mark.usefixtures("engine")
def test_the_real_model_proposes(tmp_path: Path) -> None:
    with on_screen(tmp_path, "sum.py", INHOUSE_TEST_MODEL="qwen2.5-coder-0.5b") as terminal:
        terminal.type("idef add(a, b):\r    return ")
        terminal.wait_for("return a", seconds=120)
        terminal.type("\x1bOQ\x1b:wq\r")
        assert terminal.wait_for_end() == 0
    assert (tmp_path / "sum.py").read_text() == "def add(a, b):\n    return a\n"
