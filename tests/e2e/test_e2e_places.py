"""Odd places to work in: no repository, the root, an empty, a vanished and a read-only folder."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.e2e.conftest import Serve
from tests.e2e.installed import Installed
from tests.e2e.scripted_server import call, calls, say

GLOB = json.dumps({"pattern": "*"})


def can_bind_read_only() -> bool:
    """Whether bubblewrap can show a folder read-only here; root ignores modes."""
    command = ["bwrap", "--bind", "/", "/", "--ro-bind", "/usr", "/usr", "true"]
    return shutil.which("bwrap") is not None and subprocess.call(command) == 0


needs_bubblewrap = pytest.mark.skipif(
    not can_bind_read_only(), reason="a read-only tree needs bubblewrap, and it does not run here"
)


def read_only(*folders: Path) -> list[str]:
    """What to put before a command so that it cannot write in these folders."""
    binds = [word for folder in folders for word in ("--ro-bind", str(folder), str(folder))]
    return ["bwrap", "--bind", "/", "/", "--dev-bind", "/dev", "/dev", *binds, "--"]


def test_an_empty_folder_that_is_no_repository(tmp_path: Path, serve: Serve) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    script = serve(
        call("glob", GLOB), call("write", '{"file_path": "a.py", "content": "pass\\n"}'), say("Ok.")
    )
    done = Installed(folder, loaded=True).ask("go", "--endpoint", script.url).succeeded()
    assert done.result["files_changed"] == ["a.py"]
    assert [path.name for path in folder.iterdir()] == ["a.py"]
    Installed(folder, loaded=True).ask("again", "-c", "--endpoint", script.url).succeeded()


def test_the_root_of_the_machine(serve: Serve) -> None:
    script = serve(call("glob", '{"pattern": "*.nothing"}'), say("Nothing."))
    Installed(Path("/"), loaded=True).ask("look", "--endpoint", script.url).succeeded()
    assert len(json.dumps(script.requests[0])) < 100_000


def test_a_folder_that_is_gone(tmp_path: Path, serve: Serve) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    script = serve(say("Hello."))
    remove_first = ("/bin/sh", "-c", 'rmdir "$PWD" && exec "$0" "$@"')
    done = Installed(folder).run("-p", "hi", "--endpoint", script.url, wrapper=remove_first)
    done.failed(2, "not there")
    done = Installed(tmp_path).run("-p", "hi", "-C", "gone", "--endpoint", script.url)
    done.failed(2, "gone")
    assert script.requests == []


@pytest.mark.parametrize("arguments", [("-p",), ("run", "-q")])
def test_a_prompt_from_standard_input_only(
    inhouse: Installed, serve: Serve, arguments: tuple[str, ...]
) -> None:
    script = serve(say("Hello."))
    done = inhouse.run(*arguments, "--endpoint", script.url, piped="Say hello.\n")
    assert (done.code, done.out) == (0, "Hello.\n")
    assert script.last_messages[-1]["content"].endswith("Say hello.")


def test_standard_input_that_is_no_text(inhouse: Installed, serve: Serve) -> None:
    script = serve(say("Hello."))
    url = script.url
    inhouse.run("-p", "hi", "--endpoint", url, piped=b"\x7fELF\0\0").failed(2, "binary")
    inhouse.run("-p", "hi", "--endpoint", url, piped=b"x" * 5_000_000).failed(2, "4 MB")
    inhouse.run("-p", "--endpoint", url).failed(2, "empty")
    assert script.requests == []
    inhouse.run("-p", "hi", "--endpoint", url, piped=b"caf\xe9 \xff\n").succeeded()
    assert "caf\ufffd" in script.last_messages[-1]["content"]


@needs_bubblewrap
def test_a_read_only_tree(inhouse: Installed, serve: Serve) -> None:
    script = serve(
        call("read", '{"file_path": "greeting.py"}'),
        calls(
            (
                "edit",
                '{"file_path": "greeting.py", "old_string": "Hello", "new_string": "Goodbye"}',
            ),
            ("write", '{"file_path": "new/file.py", "content": "pass\\n"}'),
        ),
        say("It cannot be written."),
    )
    asked = ("-p", "go", "--output-format", "json", "--endpoint", script.url)
    done = inhouse.run(*asked, wrapper=read_only(inhouse.folder)).succeeded()
    assert done.result["files_changed"] == []
    told = [m["content"] for m in script.last_messages if m["role"] == "tool"]
    reason = "read-only file system."
    assert told[1:] == [
        f"Cannot write greeting.py: {reason}",
        f"Cannot write new/file.py: {reason}",
    ]
    # It is the same folder when it can be written again.
    inhouse.ask("again", "-c", "--endpoint", script.url).succeeded()


@needs_bubblewrap
def test_a_home_that_is_read_only(inhouse: Installed, serve: Serve, home: Path) -> None:
    script = serve(say("Hello."))
    asked = ("-p", "hi", "--endpoint", script.url)
    inhouse.run(*asked, wrapper=read_only(home)).failed(2, "sessions", "Read-only file system")
    assert script.requests == []
