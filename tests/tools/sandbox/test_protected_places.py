"""Protected places can be neither changed nor made, and holding them leaves nothing behind."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.tools.sandbox import boxes
from tests.tools.sandbox.boxes import boundary, everything_in

from inhouse_tools import process
from inhouse_tools.git.repository import open_repository
from inhouse_tools.refusal import Refusal
from inhouse_tools.sandbox.entering import USERS, is_placeholder
from inhouse_tools.sandbox.probing import prove
from inhouse_tools.sandbox.protected import guard

WANTED = (
    *(
        ".bashrc",
        ".zshrc",
        ".profile",
        ".gitmodules",
        ".envrc",
        ".mcp.json",
        ".inhouse/config.toml",
    ),
    *(".vscode/tasks.json", ".claude/settings.json", ".idea/workspace.xml"),
    *(".git/commondir", ".git/config.worktree", ".git/modules/a", ".git/worktrees/a"),
    *(".git/info/attributes", ".git/objects/info/alternates"),
)
MAKE_ALL = f"""
for place in {" ".join(WANTED)}; do
  mkdir -p "${{place%/*}}" 2>/dev/null
  echo bad > $place; echo bad > new && mv -fT new $place; ln -sf /etc/passwd $place
done
rm -rf new; true
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return boxes.repository(tmp_path / "project")


def test_what_is_missing_cannot_be_made(root: Path) -> None:
    before = everything_in(root)
    answer = boxes.inside(boundary(root))(MAKE_ALL)
    assert not answer.failed, answer.text
    assert everything_in(root) == before
    boxes.outside(root)(MAKE_ALL)
    for place in WANTED:
        assert os.path.lexists(root / place), f"the attempt proves nothing: {place}"


def test_no_repository_can_be_made_around_the_commands(tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    sandbox = boundary(folder)
    for command in ("git init -q .", "echo 'gitdir: elsewhere' > .git"):
        assert boxes.inside(sandbox)(command).failed, command
        assert list(folder.iterdir()) == []
        assert not boxes.outside(folder)(f"{command} && rm -rf .git").failed, command


def test_what_git_is_told_to_run_cannot_be_changed(root: Path) -> None:
    git = ("git", "-C", str(root), "config")
    for name, value in (
        ("core.hooksPath", ".githooks"),
        ("include.path", "../shared"),
        ("core.fsmonitor", "tools/watch --all"),
    ):
        subprocess.run([*git, name, value], check=True)
    (root / "tools").mkdir()
    (root / "tools" / "watch").write_text("as it was")
    attempt = (
        "mkdir -p .githooks; echo bad > .githooks/pre-commit; echo bad > shared;"
        "echo bad > tools/watch; mv tools aside; mkdir -p tools; echo bad > tools/watch; true"
    )
    boxes.inside(boundary(root))(attempt)
    assert not (root / ".githooks").exists()
    assert not (root / "shared").exists()
    assert (root / "tools" / "watch").read_text() == "as it was"
    boxes.outside(root)(attempt)
    assert (root / ".githooks" / "pre-commit").exists()
    assert (root / "tools" / "watch").read_text() == "bad\n"


def test_nothing_runs_where_a_symlink_stands_for_a_protected_place(root: Path) -> None:
    sandbox = boundary(root)
    (root / "mine").mkdir()
    (root / ".vscode").symlink_to("mine")
    answer = boxes.inside(sandbox)("touch ran")
    assert answer.failed
    assert ".vscode is a symlink" in answer.text
    assert not (root / "ran").exists()
    seen = asyncio.run(prove(sandbox))
    assert ".vscode" in seen.problem
    (root / ".vscode").unlink()
    assert not boxes.inside(sandbox)("touch ran").failed


def test_git_outside_goes_on_while_a_command_runs(root: Path) -> None:
    def status() -> bytes:
        return subprocess.run(["git", "status"], cwd=root, capture_output=True, check=True).stdout

    before = status()

    async def run() -> None:
        running = await start(root, "sleep 30")
        assert (root / ".git" / "commondir").exists()
        assert is_placeholder(root / ".vscode")
        assert await asyncio.to_thread(status) == before
        assert not isinstance(await open_repository(root), Refusal)
        await finish(running, signal.SIGKILL)

    asyncio.run(run())
    assert not (root / ".git" / "commondir").exists()


def test_of_two_commands_the_first_to_end_leaves_the_other_protected(root: Path) -> None:
    before = everything_in(root)
    attempt = "echo bad > .bashrc; echo bad > .vscode/x; echo bad > .git/commondir"

    async def run() -> None:
        first = await start(root, "sleep 30")
        second = await start(root, f"sleep 0.5; {attempt}")
        await finish(first, signal.SIGKILL)
        assert is_placeholder(root / ".vscode")
        assert (root / ".git" / "commondir").read_text() == ".\n"
        await finish(second, None)

    asyncio.run(run())
    assert everything_in(root) == before


@pytest.mark.parametrize("ending", [None, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_however_it_ends(root: Path, ending: signal.Signals | None) -> None:
    before = everything_in(root)

    async def run() -> None:
        running = await start(root, "sleep 30" if ending else "exit 3")
        await finish(running, ending)
        await tidied(root, before)

    asyncio.run(run())
    assert everything_in(root) == before


def test_nothing_is_left_when_the_agent_is_killed(root: Path) -> None:
    before = everything_in(root)
    argv = boundary(root).wrap(["/bin/sh", "-c", "echo started; sleep 30"])
    program = "import subprocess, sys; subprocess.run(sys.argv[1:])"
    with subprocess.Popen([sys.executable, "-c", program, *argv], stdout=subprocess.PIPE) as agent:
        assert agent.stdout is not None
        assert agent.stdout.readline() == b"started\n"
        assert everything_in(root) != before
        agent.kill()
        # Its end is the end of the last process that has it open.
        assert agent.stdout.read() == b""
    assert everything_in(root) == before


def test_what_a_power_cut_left_is_taken_away_at_the_next_start(root: Path) -> None:
    before = everything_in(root)
    nobody = 2**22 + 1
    for folder in (".vscode", ".bashrc", f".git/{USERS}"):
        (root / folder / f".{nobody}").mkdir(parents=True)
    (root / ".git" / "commondir").write_text(".\n")
    (root / ".idea").mkdir()
    boundary(root)
    assert everything_in(root) == {**before, ".idea": None}


def test_an_own_folder_of_that_name_is_kept(root: Path) -> None:
    (root / ".vscode").mkdir()
    (root / ".vscode" / "settings.json").write_text("{}")
    boxes.inside(boundary(root))("echo bad > .vscode/settings.json; echo bad > .vscode/tasks.json")
    assert everything_in(root / ".vscode") == {"settings.json": b"{}"}
    assert root / ".vscode" in guard(root).read_only


async def start(root: Path, command: str) -> "asyncio.subprocess.Process":
    """A command in the sandbox that has begun."""
    sandbox = await asyncio.to_thread(boundary, root)
    running = await asyncio.create_subprocess_exec(
        *sandbox.wrap(["/bin/sh", "-c", f"echo started; {command}"]),
        cwd=root,
        env=process.scrubbed(os.environ),
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert running.stdout is not None
    assert await asyncio.wait_for(running.stdout.readline(), 20) == b"started\n"
    return running


async def tidied(root: Path, before: object) -> None:
    """Wait for what tidies up by itself once a command was killed, at most 20 seconds."""
    for _look in range(400):
        if await asyncio.to_thread(everything_in, root) == before:
            return
        await asyncio.sleep(0.05)


async def finish(running: "asyncio.subprocess.Process", ending: signal.Signals | None) -> None:
    """Wait until a command and everything around it has ended, by a signal if there is one."""
    if ending is not None:
        os.killpg(running.pid, ending)
    assert running.stdout is not None
    await asyncio.wait_for(running.stdout.read(), 20)
    await running.wait()
