"""What a model asks for wrongly is answered to the model; the turn goes on and nothing is lost."""

import json
from pathlib import Path

import pytest
from tests.e2e.conftest import GREETING, Serve
from tests.e2e.installed import Installed
from tests.e2e.scripted_server import Answer, call, calls, refuse, say

PERSON = '"""Written by the person in the meantime."""\n'


@pytest.fixture
def inhouse(untouched: Path) -> Installed:
    """The command in a repository that must stay as it is."""
    return Installed(untouched, loaded=True)


def read(path: str) -> tuple[str, str]:
    return "read", json.dumps({"file_path": path})


def edit(path: str, old: str, new: str) -> tuple[str, str]:
    return "edit", json.dumps({"file_path": path, "old_string": old, "new_string": new})


BAD_CALLS = (
    ("launch_missiles", "{}", ("launch_missiles", "read, ")),
    ("rm -rf /\x1b[2J\n", "{}", ("There is no tool",)),
    ("", "{}", ("There is no tool",)),
    ("read", '{"file_path": "README.md"', ("not valid JSON", "read(")),
    ("read", "[1, 2]", ("not a JSON object",)),
    ("read", "null", ("not a JSON object",)),
    ("read", "{}", ("file_path", "required")),
    ("read", '{"file_path": 7}', ("file_path",)),
    ("read", '{"file_path": "README.md", "colour": "red"}', ("colour",)),
    ("read", '{"file_path": "a", "file_path": "b"}', ("given twice",)),
    ("read", "[" * 20_000, ("nested too deeply",)),
    ("read", '{"file_path": "README.md\\u0000"}', ("NUL",)),
    ("read", '{"file_path": "\\ud800"}', ("no file name",)),
    ("read", '{"file_path": "missing.py"}', ("missing.py",)),
    ("read", '{"file_path": "' + "a/" * 5000 + '"}', ("too long",)),
    ("read", '{"file_path": "README.md", "offset": 99999999999999999999}', ("offset",)),
    ("grep", '{"pattern": "(", "path": "nowhere"}', ("nowhere",)),
    ("write", '{"file_path": "greeting.py/inner.py", "content": "x"}', ("greeting.py",)),
    ("bash", '{"command": ""}', ("command",)),
)


def test_calls_that_cannot_be_run(inhouse: Installed, serve: Serve) -> None:
    bad = [call(name, arguments) for name, arguments, _ in BAD_CALLS]
    script = serve(*bad, say("I gave up."))
    done = inhouse.ask("go", "--endpoint", script.url).succeeded()
    assert done.result["result"] == "I gave up."
    told = [message["content"] for message in script.last_messages if message["role"] == "tool"]
    for (name, arguments, words), text in zip(BAD_CALLS, told, strict=True):
        for word in words:
            assert word in text, (name, arguments[:80])
        assert len(text) < 1_000
    # The session is valid for the next prompt: each call stands there with its answer.
    inhouse.ask("again", "-c", "--endpoint", script.url).succeeded()
    roles = [message["role"] for message in script.last_messages]
    assert roles == ["system", "user", *["assistant", "tool"] * len(bad), "assistant", "user"]


def test_a_model_that_never_calls_well_is_stopped(inhouse: Installed, serve: Serve) -> None:
    script = serve(*[call("read", "{}")] * 12)
    done = inhouse.run("-p", "go", "--endpoint", script.url).failed(4, "the same call")
    assert done.out == ""
    assert len(script.requests) < 8


def test_a_file_that_changes_between_read_and_edit(repository: Path, serve: Serve) -> None:
    file = repository / "greeting.py"
    script = serve(
        calls(read("greeting.py")),
        calls(edit("greeting.py", "Hello", "Goodbye"), before=lambda: write(file, PERSON)),
        say("It was changed."),
    )
    done = Installed(repository, loaded=True).ask("go", "--endpoint", script.url).succeeded()
    assert file.read_text("utf-8") == PERSON
    assert done.result["files_changed"] == []
    assert "changed on disk" in script.last_messages[-1]["content"]


def test_a_file_that_goes_between_read_and_edit(repository: Path, serve: Serve) -> None:
    file = repository / "greeting.py"
    script = serve(
        calls(read("greeting.py")),
        calls(edit("greeting.py", "Hello", "Goodbye"), before=file.unlink),
        say("It is gone."),
    )
    Installed(repository, loaded=True).ask("go", "--endpoint", script.url).succeeded()
    assert not file.exists()
    assert "greeting.py" in script.last_messages[-1]["content"]


def test_a_file_that_was_never_read_is_not_edited(inhouse: Installed, serve: Serve) -> None:
    script = serve(calls(edit("greeting.py", "Hello", "Goodbye")), say("I must read first."))
    inhouse.ask("go", "--endpoint", script.url).succeeded()
    assert "read" in script.last_messages[-1]["content"]


def test_a_file_read_in_an_earlier_run_is_checked_anew(repository: Path, serve: Serve) -> None:
    file = repository / "greeting.py"
    inhouse = Installed(repository, loaded=True)
    script = serve(calls(read("greeting.py")), say("I saw it."))
    inhouse.ask("look", "--endpoint", script.url).succeeded()
    write(file, PERSON)
    script.answers.extend([calls(edit("greeting.py", "Hello", "Goodbye")), say("I looked.")])
    inhouse.ask("edit", "-c", "--endpoint", script.url).succeeded()
    assert file.read_text("utf-8") == PERSON


def test_a_good_edit_after_bad_ones_lands(repository: Path, serve: Serve) -> None:
    script = serve(
        calls(read("greeting.py")),
        calls(edit("greeting.py", "Goodbye", "Hi")),
        calls(edit("greeting.py", 'return f"Hello, {name}"', 'return f"Hi, {name}"')),
        say("Done."),
    )
    done = Installed(repository, loaded=True).ask("go", "--endpoint", script.url).succeeded()
    assert done.result["files_changed"] == ["greeting.py"]
    assert (repository / "greeting.py").read_text("utf-8") == GREETING.replace("Hello", "Hi")


def test_a_server_whose_context_is_full(inhouse: Installed, serve: Serve) -> None:
    error = {"type": "exceed_context_size_error", "message": "9000 tokens, 8192 at most"}
    script = serve(Answer((json.dumps({"error": error}),), "", 400))
    inhouse.run("-p", "hi", "--endpoint", script.url).failed(4, "9000", "8192")


def test_a_server_that_refuses(inhouse: Installed, serve: Serve) -> None:
    script = serve(refuse(500, "out of memory\x1b[2J"))
    inhouse.run("-p", "first", "--endpoint", script.url).failed(5, "out of memory\\x1b[2J")
    inhouse.run("-c", "-p", "second", "--endpoint", script.url).succeeded()
    asked = [message["content"] for message in script.last_messages if message["role"] == "user"]
    assert asked[0].endswith("first")
    assert asked[1:] == ["second"]


def test_a_connection_that_breaks_keeps_what_was_said(inhouse: Installed, serve: Serve) -> None:
    script = serve(say("The secret word is", "torn"))
    inhouse.run("-p", "first", "--endpoint", script.url).failed(5, script.url, "broke")
    inhouse.run("-c", "-p", "go on", "--endpoint", script.url).succeeded()
    said = [m["content"] for m in script.last_messages if m["role"] == "assistant"]
    assert said == ["The secret word is"]


@pytest.mark.parametrize(
    "line",
    [
        "data: {\n\n",
        'data: {"choices": 7}\n\n',
        'data: {"choices": [{"delta": {"tool_calls": [7]}}]}\n\n',
        "data: " + "[" * 100_000 + "\n\n",
        "<html>Sign in</html>\n",
        "",
    ],
    ids=["torn", "choices", "calls", "deep", "page", "nothing"],
)
def test_an_answer_that_is_no_chat_completion(inhouse: Installed, serve: Serve, line: str) -> None:
    script = serve(Answer((line,), ""))
    inhouse.run("-p", "hi", "--endpoint", script.url).failed(5)


def test_no_server_at_the_endpoint(inhouse: Installed) -> None:
    inhouse.run("-p", "hi", "--endpoint", "http://127.0.0.1:9").failed(5, "http://127.0.0.1:9")
    inhouse.run("-p", "hi", "--endpoint", "nonsense").failed(5, "nonsense")
    inhouse.run("-p", "hi", "--endpoint", "http://[::1").failed(5)


def write(file: Path, text: str) -> None:
    """Write as another program would."""
    file.write_text(text, "utf-8")
