"""Every command of the command line with hostile text in all it reads, for a test in a pty.

`python -m tests.app.hostile_cli FOLDER` runs one command after the other in this process, with the
folder as home and a scripted server as the model.
"""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.e2e.scripted_server import Answer, call, say, serving
from tests.models.gguf_files import make_gguf
from tests.tui.hostile_texts import Texts

from inhouse.cli import run
from inhouse.streams import prepare_streams
from inhouse_agent.session import Session, SessionProblem

STEP = "--- step {}\n"


def make_folder(home: Path, text: Texts) -> Path:
    """A repository, settings, a store and a log with texts that nobody would choose."""
    root = home / text("shop", "file")
    root.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    for name in ("AGENTS.md", text("file.py", "file"), text("notes", "file")):
        (root / name).write_text(f"# {text('', 'text')}\ndef f():\n    pass\n", encoding="utf-8")
    (root / ".inhouse").mkdir()
    (root / ".inhouse" / "config.toml").write_text("model = 'x'\n", encoding="utf-8")
    rule = f"[rules]\nallow = [{quoted('bash(' + text('', 'path') + ')')}]\n"
    write_settings(home, f"endpoint = {quoted(text('http'))}\n{rule}")
    store = home / ".local" / "share" / "inhouse" / "models"
    store.mkdir(parents=True)
    (store / (text("model", "file") + ".gguf")).write_bytes(make_gguf())
    log = home / ".local" / "state" / "inhouse" / "engine.log"
    log.parent.mkdir(parents=True)
    log.write_text(text("log", "text"), encoding="utf-8")
    return root


def quoted(text: str) -> str:
    """A string of TOML: JSON's own, but for characters above its escapes."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def write_settings(home: Path, text: str) -> None:
    """The person's own settings."""
    file = home / ".config" / "inhouse" / "config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def answers(root: Path, text: Texts) -> Iterator[Answer]:
    """A turn that reads, runs, fails and answers, again and again."""
    names = [path.name for path in root.iterdir() if path.is_file()]
    for number in range(8):
        yield call("read", json.dumps({"file_path": names[number % len(names)]}))
        yield call("bash", json.dumps({"command": f"printf '%s' '{text('', 'path')}'; cat *.py"}))
        yield call(text("tool"), text("arguments", "text"))
        edit = {"file_path": text("new.py", "path"), "content": text("content", "text")}
        yield call("write", json.dumps(edit))
        yield say(text("answer", "text"))


def commands(url: str, root: Path, text: Texts) -> Iterator[Sequence[str]]:
    """What a person could type."""
    model = ("--endpoint", url)
    yield ("-p", text("prompt"), "--verbose", "--yolo", *model)
    yield ("-p", "again", "--output-format", "stream-json", "--yolo", *model)
    yield ("-p", "json", "--output-format", "json", *model)
    yield ("--plain", text("prompt"), *model)
    yield ("sessions",)
    yield ("sessions", "list", "--all")
    yield ("sessions", "show")
    yield ("sessions", "export")
    yield ("sessions", "rm", text("id"))
    yield ("undo", "--list")
    yield ("undo",)
    yield ("undo", text("id"))
    yield ("-p", "x", "-m", text("model"))
    yield ("-p", "x", "--endpoint", text("http"))
    yield ("-p", "x", "-r", text("id"), *model)
    yield ("-p", "x", "--add-dir", text("folder"), *model)
    yield (text("--option"),)
    yield ("-p", "x", text("--option"))
    yield ("config", "show")
    yield ("config", "get", text("key"))
    yield ("config", "get", "commit_trailer")
    yield ("config", "set", "commit_trailer", text("value"))
    yield ("config", "set", "max_turns", text("value"))
    yield ("config", "path")
    yield ("models", "list")
    yield ("models", "info", text("model"))
    yield ("models", "fit", text("model"))
    yield ("models", "rm", text("model"))
    yield ("models", "add", str(root / text("none", "file")))
    yield ("models", "rm", next((root.parent / ".local/share/inhouse/models").iterdir()).stem)
    yield ("engine", "status")
    yield ("engine", "log")
    yield ("engine", "cache")
    yield ("instructions",)
    yield ("map",)
    yield ("checks",)
    yield ("checks", "run", text("check"))
    yield ("worktrees",)
    yield ("worktrees", "rm", text("name"))
    yield ("doctor",)
    yield ("trust", "--show")
    yield ("permission", "check", text("ls"))
    yield ("commit", "--dry-run", *model)
    yield ("run", "--plan", text("plan"), *model)
    for wrong in (
        f"model = {quoted(text('value'))}\n{quoted(text('key'))} = 1\n",
        f"mode = {quoted(text('mode'))}\n",
        f"not toml {text('', 'text')}",
    ):
        write_settings(root.parent, wrong)
        yield ("config", "show")
        yield ("-p", "x", *model)


def main(home: Path) -> None:
    """Run them all; each ends with SystemExit."""
    text = Texts(hostile=True)
    os.environ["HOME"] = str(home)
    root = make_folder(home, text)
    os.chdir(root)
    prepare_streams()
    with serving(list(answers(root, text))) as script:
        for number, words in enumerate(commands(script.url, root, text)):
            sys.stdout.write(STEP.format(number))
            sys.stdout.flush()
            # The system hands over no NUL.
            sys.argv = ["inhouse", *(word.replace("\0", "") for word in words)]
            give_input(home, "hello\n/sessions\n/quit\n" if words[0] == "--plain" else "")
            with contextlib.suppress(SystemExit):
                run()
            if number == 1:
                rename_latest(root, text)


def give_input(home: Path, text: str) -> None:
    """What the next command reads: lines from a file, so that it waits for nobody."""
    file = home / "input"
    file.write_text(text, encoding="utf-8")
    descriptor = os.open(file, os.O_RDONLY)
    os.dup2(descriptor, 0)
    os.close(descriptor)
    sys.stdin = os.fdopen(0, closefd=False)


def rename_latest(root: Path, text: Texts) -> None:
    """Give the session a title that nobody would choose."""
    session = Session.latest(root)
    assert not isinstance(session, SessionProblem)
    session.rename(text("title"))
    session.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
