"""The plugin for Emacs over the real command: compiled, checked, and tried without a screen."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.e2e.conftest import Serve
from tests.e2e.editors_here import missing
from tests.e2e.installed import COMMAND
from tests.e2e.scripted_server import call, calls, say

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "packaging" / "editors" / "emacs" / "inhouse.el"
TESTS = Path(__file__).with_name("emacs") / "inhouse-tests.el"
COMPLETER = ROOT / "tests" / "app" / "completing" / "scripted_completer.py"
CODE = "def add(a, b):\n    return a - b\n"
ADDS = say("```python\ndef add(a, b):\n    return a + b\n```")


@pytest.fixture(autouse=True)
def emacs_is_there() -> None:
    if shutil.which("emacs") is None:
        missing("emacs", "emacs-nox")


def emacs(folder: Path, *words: str) -> str:
    """What Emacs says, when it succeeded."""
    done = subprocess.run(
        ["emacs", "-Q", "--batch", *words],
        cwd=folder,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-6000:]
    return done.stdout + done.stderr


def run(folder: Path, name: str, endpoint: str | None, *command: str) -> None:
    """One test of inhouse-tests.el."""
    words = " ".join(f'"{word}"' for word in command or (str(COMMAND),))
    server = f'"{endpoint}"' if endpoint else "nil"
    setup = f"(setq inhouse-command '({words}) inhouse-endpoint {server})"
    loaded = ("-L", str(PLUGIN.parent), "-l", str(TESTS), "--eval", setup)
    said = emacs(folder, *loaded, "--eval", f"(ert-run-tests-batch-and-exit '{name})")
    assert "Ran 1 tests, 1 results as expected" in said, said


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "calc.py").write_text(CODE)
    git = ["git", "-c", "user.name=Test", "-c", "user.email=test@localhost"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "Begin"]):
        subprocess.run([*git, *words], cwd=root, check=True)
    return root


def test_it_compiles_without_a_warning_and_is_documented(tmp_path: Path) -> None:
    copy = tmp_path / "inhouse.el"
    shutil.copy(PLUGIN, copy)
    strict = "(setq byte-compile-error-on-warn t)"
    emacs(tmp_path, "--eval", strict, "-f", "batch-byte-compile", str(copy))
    assert copy.with_suffix(".elc").is_file()
    assert "Warning" not in emacs(tmp_path, "--eval", f'(checkdoc-file "{copy}")')
    # The control: a function without a description is complained about.
    copy.write_text(copy.read_text().replace(";;;; The minor mode", "(defun inhouse-x () 1)"))
    assert "inhouse.el" in emacs(tmp_path, "--eval", f'(checkdoc-file "{copy}")')


def test_a_region_is_changed_after_a_look_at_the_diff(project: Path, serve: Serve) -> None:
    times = say("```python\ndef add(a, b):\n    return a * b\n```")
    script = serve(ADDS, ADDS, times)
    run(project, "inhouse-tests-edit", script.url)
    assert "# unsaved é" in json.dumps(script.requests[0], ensure_ascii=False)
    script = serve(say("```\nx + y\n```"))
    run(project, "inhouse-tests-edit-without-file", script.url)
    assert (project / "calc.py").read_text() == CODE


def test_answers_and_problems(project: Path, serve: Serve) -> None:
    script = serve(say("A sum.\u202e"), say("It subtracts."))
    run(project, "inhouse-tests-answers", script.url)
    findings = {"findings": [{"line": 3, "severity": "bug", "text": "It assigns."}]}
    script = serve(say(json.dumps(findings)))
    run(project, "inhouse-tests-review", script.url)


def test_what_goes_wrong_is_said(project: Path) -> None:
    run(project, "inhouse-tests-failure", "http://127.0.0.1:9")
    run(project, "inhouse-tests-chat-failure", None)


def test_completions_are_taken_or_left(project: Path) -> None:
    line = f'exec {shlex.quote(sys.executable)} {shlex.quote(str(COMPLETER))} "$PWD"'
    run(project, "inhouse-tests-complete", None, "sh", "-c", line.replace('"', '\\"'), "sh")


def test_a_conversation(project: Path, serve: Serve) -> None:
    edit = {
        "file_path": "calc.py",
        "old_string": "    return a - b",
        "new_string": "    return a + b",
    }
    script = serve(
        call("read", json.dumps({"file_path": "calc.py"})),
        calls(("edit", json.dumps(edit))),
        say("It adds now."),
        say("A sum."),
    )
    run(project, "inhouse-tests-chat", script.url)
    told = [m["content"] for m in script.requests[1]["messages"] if m["role"] == "tool"]
    assert "# unsaved é" in told[0]
    asked = [m["content"] for m in script.last_messages if m["role"] == "user"]
    assert any("calc.py (lines 1-3)" in text and "return a - b" in text for text in asked)


def test_a_conversation_that_is_cut_off_goes_on(project: Path, serve: Serve) -> None:
    script = serve(say("Once upon", "hanging"), say("Again."))
    run(project, "inhouse-tests-chat-cancel", script.url)
    said = [m["content"] for m in script.requests[1]["messages"] if m["role"] != "system"]
    assert any("say something long" in text for text in said)
    assert "and then?" not in json.dumps(script.requests)
