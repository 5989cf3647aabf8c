"""Nothing of a clone runs or is obeyed before the person agrees, whatever is done in it."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.e2e.conftest import Serve
from tests.e2e.hostile_clone import HostileClone, make_clone
from tests.e2e.installed import COMMAND, Done, Installed
from tests.e2e.scripted_server import Answer, calls, say
from tests.e2e.terminal import Terminal

EXECUTED = re.compile(r'execve(?:at)?\((?:\w+, )?"((?:[^"\\]|\\.)*)"')
EDIT = {"file_path": "cart.py", "old_string": "sum(items)", "new_string": "sum(items) + 0"}
RIPGREP = Path(sys.prefix) / "bin" / "rg"


def called(name: str, **arguments: object) -> tuple[str, str]:
    return name, json.dumps(arguments)


def work() -> Sequence[Answer]:
    """One of everything that a model does in a repository."""
    return (
        calls(
            called("read", file_path="cart.py"),
            called("read", file_path="AGENTS.md"),
            called("grep", pattern="total"),
            called("glob", pattern="**/*.py"),
            called("symbols", file_path="cart.py"),
        ),
        calls(
            called("edit", **EDIT),
            called("write", file_path="new.py", content="x = 1\n"),
            called("write", file_path="web.js", content="let x = 1\n"),
        ),
        calls(
            called("bash", command="git status --short"),
            called("bash", command="git diff; git log -p -1; git stash list"),
            called("bash", command="git add new.py; git commit -q -m Add; git show --stat"),
            called("bash", command="cd docs/bare && git status"),
            called("bash", command="rg total; grep -r total .; command -v python3 node ruff sh"),
        ),
        say("Done."),
    )


@pytest.fixture
def clone(tmp_path: Path) -> HostileClone:
    made = make_clone(tmp_path / "clone")
    made.sprung()
    return made


def test_each_trap_works(clone: HostileClone) -> None:
    """The proof that the tests below can fail: plain tools spring all of them."""
    real_git = shutil.which("git") or "git"
    fired: set[str] = set()
    for command in (
        (real_git, "status"),
        (real_git, "add", "a.txt"),
        (real_git, "diff", "HEAD"),
        (real_git, "update-ref", "refs/heads/other", "HEAD"),
    ):
        clone.run(*command)
        fired |= clone.sprung()
    assert {"traps/git", ".git/hooks/reference-transaction"} <= fired
    clone.run(real_git, "status", folder="docs/bare")
    assert clone.sprung() == {"traps/git"}
    clone.run(sys.executable, "-c", "import click, typer, textual, git")
    assert {"click.py", "typer.py", "textual.py", "git.py"} <= clone.sprung()
    clone.run(str(RIPGREP), "total", **clone.variables)
    assert clone.sprung() == {"traps/pre"}
    for name in ("git", "rg", "nvidia-smi", "vi"):
        clone.run("/usr/bin/env", name, **clone.variables)
        assert clone.sprung() == {f"bin/{name}"}
    clone.run("/bin/sh", "-c", ". ./.env && $INHOUSE_VERIFY")
    assert clone.sprung() == {"traps/verify"}
    server = json.loads((clone.root / ".mcp.json").read_text())["mcpServers"]["evil"]
    clone.run(server["command"])
    assert clone.sprung() == {"traps/mcp"}
    clone.run("/bin/sh", "run.sh")
    assert clone.sprung() == {"traps/config"}


def test_trust_springs_what_is_configured(clone: HostileClone, serve: Serve) -> None:
    """And so does inhouse itself, once the person agrees, as far as it obeys the thing at all."""
    script = serve(*work(), *[say("Done.")] * 20)
    asked = ("-p", "go", "--endpoint", script.url, "--trust-once", "--max-turns", "6")
    _done, inside = traced(clone, *asked)
    fired = clone.sprung()
    assert {"traps/verify", "traps/config", ".venv/bin/ruff", "node_modules/.bin/eslint"} <= fired
    assert {"traps/git", "bin/rg"} <= fired
    assert any(name.startswith(".git/hooks/") for name in fired)
    # A language server may write nothing, so it leaves no mark.
    assert str(clone.root / "traps" / "server") in inside
    # These are nothing to inhouse, trusted or not.
    assert not {"traps/mcp", "traps/skill", "click.py", "traps/pre"} & fired


def strace(report: Path) -> tuple[str, ...]:
    """What stands before a command to have every program that it starts written down."""
    program = shutil.which("strace")
    assert program, "these tests need strace: apt install strace"
    return (program, "-f", "-qq", "-e", "trace=execve,execveat", "-s", "4096", "-o", str(report))


def traced(
    clone: HostileClone, *arguments: str, piped: str | None = None
) -> tuple[Done, list[str]]:
    """A run under strace, and which programs of the clone it tried to start."""
    report = clone.root.parent / "trace"
    wrapper = (
        "strace",
        "-f",
        "-qq",
        "-e",
        "trace=execve,execveat",
        "-s",
        "4096",
        "-o",
        str(report),
    )
    inhouse = Installed(clone.root, clone.variables)
    done = inhouse.run(*arguments, piped=piped, wrapper=wrapper)
    started = EXECUTED.findall(report.read_text("utf-8", "replace"))
    assert started, report.read_text()
    return done, [path for path in started if is_inside(path, clone.root)]


def is_inside(path: str, root: Path) -> bool:
    """A relative path is started from a folder that is not known here, so it counts."""
    return not path.startswith("/") or Path(path).resolve().is_relative_to(root)


@pytest.mark.parametrize(
    "arguments",
    [
        ["doctor"],
        ["map"],
        ["checks"],
        ["config", "show"],
        ["sessions", "list"],
        ["undo", "--list"],
        ["worktrees", "list"],
        ["trust", "--show"],
        ["commit", "-y", "-m", "Change", "cart.py"],
        ["commit", "--dry-run", "-m", "Change", "--all"],
    ],
    ids=" ".join,
)
def test_no_command_runs_anything(clone: HostileClone, arguments: list[str]) -> None:
    (clone.root / "cart.py").write_text("changed = 1\n", "utf-8")
    done, inside = traced(clone, *arguments)
    assert "Traceback" not in done.out + done.complaints
    assert inside == []
    assert clone.sprung() == set()


def test_a_task_runs_nothing_of_it(clone: HostileClone, serve: Serve) -> None:
    script = serve(*work())
    asked = ("-p", "go", "--output-format", "stream-json", "--endpoint", script.url)
    done, inside = traced(clone, *asked)
    assert done.code in (0, 3), done
    assert inside == []
    assert clone.sprung() == set()
    (started,) = (event for event in done.events if event["type"] == "turn_started")
    assert started["mode"] == "auto-edit"
    assert "+ 0" in (clone.root / "cart.py").read_text()
    remarks = [line for line in done.complaints.splitlines() if "not trusted" in line]
    assert len(remarks) == 1, done.complaints
    assert ".inhouse/config.toml" in remarks[0]
    # Undoing it looks into git as well.
    undone, inside = traced(clone, "undo")
    assert undone.code == 0, undone
    assert inside == []
    assert clone.sprung() == set()


def test_plain_lines_run_nothing_of_it(clone: HostileClone, serve: Serve) -> None:
    script = serve(*work())
    done, inside = traced(
        clone,
        "--plain",
        "--mode",
        "auto-edit",
        "--endpoint",
        script.url,
        piped="go\n/diff\n/quit\n",
    )
    assert done.code == 0, done
    assert "not trusted" in done.out
    assert inside == []
    assert clone.sprung() == set()


def test_the_screen_asks_and_runs_nothing_until_then(
    clone: HostileClone, serve: Serve, tmp_path: Path
) -> None:
    script = serve(*work())
    report = tmp_path / "trace"
    screen = Terminal(clone.root, {**clone.variables, "INHOUSE_ENDPOINT": script.url}, rows=40)
    screen.start_program(*strace(report), str(COMMAND))
    try:
        screen.wait_for("Do you trust this folder?")
        assert clone.sprung() == set()
        # A key right after the question appeared may have been meant for the editor: it is held.
        screen.press("escape")
        while not screen.shows("not trusted", 2):
            screen.press("escape")
        # Only what it complains about: of longer output the screen shows the end alone.
        screen.type("!git status 2>&1 >/dev/null")
        screen.press("enter")
        screen.wait_for("clean filter 'evil' failed")
        assert clone.sprung() == set()
        screen.press("ctrl+d")
        assert screen.wait_for_end() == 0
    finally:
        screen.close()
    started = EXECUTED.findall(report.read_text("utf-8", "replace"))
    assert started
    assert [path for path in started if is_inside(path, clone.root)] == []


def test_strace_sees_what_a_clone_starts(clone: HostileClone) -> None:
    """The control of the tests above: the same look at a program that does start something."""
    report = clone.root.parent / "trace"
    subprocess.run([*strace(report), "/bin/sh", "run.sh"], cwd=clone.root, check=False)
    started = EXECUTED.findall(report.read_text())
    assert str(clone.root / "traps" / "config") in [p for p in started if is_inside(p, clone.root)]
