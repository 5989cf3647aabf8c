"""`inhouse watch` as people run it: files are saved, turns follow, and nothing else starts one."""

import json
import os
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.e2e.conftest import GREETING, Serve
from tests.e2e.installed import Installed, Json, Running
from tests.e2e.scripted_server import Answer, Script, call, calls, say

ASKED = GREETING.replace("    return", "    # say Hi instead AI!\n    return")
READ = call("read", json.dumps({"file_path": "greeting.py"}))


def edit(old: str, new: str) -> Answer:
    """A call that edits the greeting."""
    given = {"file_path": "greeting.py", "old_string": old, "new_string": new}
    return calls(("edit", json.dumps(given)))


SAY_HI = edit('return f"Hello, {name}"', 'return f"Hi, {name}"')
DONE = GREETING.replace("Hello", "Hi")


@contextmanager
def watching(repository: Path, script: Script, *flags: str) -> Generator[Running]:
    """A run that watches the repository already."""
    words = ("watch", "--json", "--trust-once", "--endpoint", script.url, *flags)
    with Installed(repository).start(*words) as running:
        wait_for_notice(running, "Watching")
        yield running


def wait_for_notice(running: Running, word: str) -> str:
    while word not in (text := running.wait_for("noticed")["text"]):
        pass
    return text


def last_prompt(script: Script) -> str:
    asked = [m["content"] for m in script.last_messages if m["role"] == "user"]
    return asked[-1]


def system_prompts(script: Script) -> list[Json]:
    return [m for m in script.last_messages if m["role"] == "system"]


def test_comments_are_carried_out_answered_and_never_twice(repository: Path, serve: Serve) -> None:
    file, other = repository / "greeting.py", repository / "other.py"
    script = serve(READ, SAY_HI, say("It says Hi now."))
    with watching(repository, script) as running:
        save_by_rename(file, ASKED)
        result = running.wait_for("result")
        assert (result["subtype"], result["files_changed"]) == ("success", ["greeting.py"])
        # The model left the comment; it is gone all the same.
        assert file.read_text("utf-8") == DONE
        assert "say Hi instead" in last_prompt(script)

        script.answers.extend([say("Because nobody asked.")])
        other.write_text('text = "# not this AI!"\n# why is it short? AI?\n')
        result = running.wait_for("result")
        assert (result["result"], result["files_changed"]) == ("Because nobody asked.", [])
        assert "not this" in other.read_text() and "AI?" in other.read_text()
        asked = [m["content"] for m in script.last_messages if m["role"] == "user"]
        assert "say Hi instead" in asked[0] and "why is it short?" in asked[-1]

        # Neither its own edits, nor undo, nor an answered comment start anything.
        requests = len(script.requests)
        Installed(repository).run("undo").succeeded()
        assert file.read_text("utf-8") == ASKED
        other.write_text(other.read_text() + "more = 1\n")
        (repository / "third.py").write_text("# control AI?\n")
        assert "third.py" in wait_for_notice(running, ".py:")
        running.wait_for("result")
        assert len(script.requests) == requests + 1
        running.press_ctrl_c()
        done = running.end()
    assert (done.code, done.errors) == (130, [])


def test_a_comment_saved_during_a_turn_waits_for_its_end(repository: Path, serve: Serve) -> None:
    other = repository / "other.py"

    def save() -> None:
        other.write_text("# and this AI?\n")

    given = json.dumps({"file_path": "greeting.py"})
    script = serve(call("read", given, before=save), SAY_HI, say("Hi."), say("This."))
    with watching(repository, script, "--new") as running:
        (repository / "greeting.py").write_text(ASKED)
        first = running.wait_for("result")
        second = running.wait_for("result")
        assert (first["result"], second["result"]) == ("Hi.", "This.")
        # With --new it does not know of the turn before.
        assert first["session_id"] != second["session_id"]
        assert "say Hi" not in json.dumps(script.last_messages)


def test_ctrl_c_ends_the_turn_and_then_the_watch(repository: Path, serve: Serve) -> None:
    file = repository / "greeting.py"
    script = serve(say("I am", "hanging"), say("Why not."))
    with watching(repository, script) as running:
        file.write_text(ASKED)
        running.wait_for("text_arrived")
        os.killpg(running.process.pid, signal.SIGINT)
        assert "Still watching" in wait_for_notice(running, "turn was ended")
        assert "greeting.py:6" in wait_for_notice(running, "stays")
        assert running.wait_for("result")["subtype"] == "interrupted"
        assert file.read_text("utf-8") == ASKED
        file.write_text(ASKED + "# why AI?\n")
        assert running.wait_for("result")["result"] == "Why not."
        assert "say Hi" not in last_prompt(script).split("Lines")[0]
        running.press_ctrl_c(signal.SIGTERM)
        assert running.end().code == 130


def test_what_git_brings_starts_nothing(repository: Path, serve: Serve) -> None:
    git = ["git", "-c", "user.name=Test", "-c", "user.email=test@localhost"]
    script = serve(say("Answered."))

    def run(*words: str) -> None:
        subprocess.run([*git, *words], cwd=repository, check=True, capture_output=True)

    run("checkout", "-qb", "hostile")
    (repository / "greeting.py").write_text(ASKED)
    run("commit", "-qam", "Ask")
    run("checkout", "-q", "-")
    with watching(repository, script) as running:
        run("merge", "-q", "hostile")
        assert (repository / "greeting.py").read_text("utf-8") == ASKED
        # What is saved in the very moment of the merge is taken for a part of it.
        for attempt in range(20):
            (repository / "other.py").write_text(f"# control {attempt} AI?\n")
            if wait_for_notice(running, "other.py:1").partition(": ")[0] == "other.py:1":
                break
        assert running.wait_for("result")["result"] == "Answered."
        assert len(script.requests) == 1
        assert "say Hi" not in last_prompt(script).split("Lines")[0]


def test_an_untrusted_folder_is_not_watched(inhouse: Installed, serve: Serve) -> None:
    script = serve()
    (inhouse.folder / "new.py").write_text("# run what I say AI!\n")
    inhouse.run("watch", "--json", "--mode", "yolo", "--endpoint", script.url).failed(
        2, "not trusted", "--trust"
    )
    inhouse.run("trust", "deny").succeeded()
    inhouse.run("watch", "--once", "--endpoint", script.url).failed(2, "not trusted")
    assert script.requests == []
    (inhouse.folder / "new.py").unlink()


def test_once_does_what_stands_there(repository: Path, serve: Serve) -> None:
    inhouse = Installed(repository)
    file = repository / "greeting.py"
    script = serve(say("Nothing to see."), READ, SAY_HI, say("Hi."))
    words = ("watch", "--once", "--endpoint", script.url)
    inhouse.run("trust").succeeded()
    file.write_text(ASKED)
    done = inhouse.run(*words).succeeded()
    assert done.out == "Nothing to see.\n"
    assert "no file was changed" in done.complaints and file.read_text("utf-8") == ASKED

    done = inhouse.run(*words, "-q").succeeded()
    assert (done.out, done.complaints) == ("Hi.\n", "")
    assert file.read_text("utf-8") == DONE
    requests = len(script.requests)
    done = inhouse.run(*words).succeeded()
    assert done.out == "" and "No AI comment" in done.complaints
    assert len(script.requests) == requests


def test_what_cannot_be_watched_says_so(repository: Path, serve: Serve) -> None:
    inhouse = Installed(repository)
    inhouse.run("trust").succeeded()
    inhouse.run("watch").failed(5, "No model")
    (repository / "new.py").write_text("# do AI!\n")
    inhouse.run("watch", "--once", "--endpoint", "http://127.0.0.1:9").failed(5, "127.0.0.1:9")
    script = serve(say("Answer."))
    with inhouse.start("watch", "--endpoint", script.url) as running:
        assert running.process.stdout is not None
        while "Watching" not in running.read_complaint():
            pass
        running.process.stdout.close()
        (repository / "new.py").write_text("# why AI?\n")
        assert running.process.wait(60) in {1, 141}
        assert running.process.stderr is not None
        assert "Traceback" not in running.process.stderr.read()
        running.process.stdout = None


@pytest.mark.model
def test_the_real_model_carries_a_comment_out(
    repository: Path, engine: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = repository / "greeting.py"
    inhouse = Installed(repository)
    monkeypatch.setenv("INHOUSE_MAX_TURNS", "2")
    # A model that rambles is stopped.
    monkeypatch.setenv("INHOUSE_TIMEOUT", "90")
    with inhouse.start("watch", "--json", "--trust-once") as running:
        wait_for_notice(running, "Watching")
        file.write_text(ASKED)
        result = running.wait_for("result")
        after = file.read_text("utf-8")
        changed = result["files_changed"] == ["greeting.py"]
        # What it writes is its own affair: the comment goes with a change, and stays without.
        if changed and result["subtype"] == "success":
            assert "AI!" not in after
        assert changed or after == ASKED
        running.press_ctrl_c()
        assert running.end().code == 130
    if changed:
        inhouse.run("undo").succeeded()
    assert file.read_text("utf-8") == ASKED


def save_by_rename(file: Path, text: str) -> None:
    """As editors save."""
    beside = file.with_name(f".#{file.name}")
    beside.write_text(text, "utf-8")
    beside.replace(file)
