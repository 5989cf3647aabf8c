"""Completion as bash, zsh and fish do it, in a terminal where they need one."""

import os
import pty
import select
import subprocess
import sys
import sysconfig
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from inhouse_agent.folders import state_folder
from inhouse_models.store import models_folder

BIN = sysconfig.get_path("scripts")
SHELLS: Mapping[str, tuple[str, ...]] = {
    "bash": ("bash", "--norc", "--noprofile", "-i"),
    "zsh": ("zsh", "-f", "-i"),
}
PREPARE = {
    "bash": "bind 'set bell-style none'; source <(inhouse completion bash)",
    "zsh": "autoload -Uz compinit; compinit -u -D; source <(inhouse completion zsh)",
}
TYPED = {
    "inhouse worktr": "inhouse worktrees ",
    "inhouse models inf": "inhouse models info ",
    "inhouse --output-f": "inhouse --output-format ",
    "inhouse --mode auto": "inhouse --mode auto-edit ",
    "inhouse --mode=auto": "inhouse --mode=auto-edit ",
    "inhouse -m tin": "inhouse -m tiny ",
    "inhouse models info ti": "inhouse models info tiny ",
    "inhouse sessions show 4f": "inhouse sessions show 4fe0 ",
    "inhouse sessions export 4fe0 -o not": "inhouse sessions export 4fe0 -o notes.txt ",
    "inhouse -C fol": "inhouse -C folder/",
    "inhouse config get max_turns": "inhouse config get max_turns ",
}


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, a model and a session."""
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    for path in (models_folder() / "tiny.gguf", state_folder() / "sessions" / "4fe0.jsonl"):
        path.parent.mkdir(parents=True)
        path.touch()
    work = tmp_path / "work"
    (work / "folder").mkdir(parents=True)
    (work / "notes.txt").touch()
    (work / "fold.txt").touch()
    return work


class Terminal:
    """A shell in a terminal."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.seen = ""

    def send(self, text: str) -> None:
        os.write(self._descriptor, text.encode())

    def wait_for(self, text: str, seconds: float = 60) -> None:
        """Read until the text was shown."""
        end = time.monotonic() + seconds
        while text not in self.seen:
            readable, _, _ = select.select(
                [self._descriptor], [], [], max(0.0, end - time.monotonic())
            )
            assert readable, (text, self.seen)
            self.seen += os.read(self._descriptor, 65_536).decode("utf-8", "replace")


@contextmanager
def terminal(shell: str, folder: Path) -> Generator[Terminal]:
    outer, inner = pty.openpty()
    environment = {**os.environ, "TERM": "dumb", "PS1": "$ ", "COLUMNS": "200"}
    process = subprocess.Popen(
        SHELLS[shell],
        cwd=folder,
        env=environment,
        stdin=inner,
        stdout=inner,
        stderr=inner,
        start_new_session=True,
    )
    os.close(inner)
    try:
        yield Terminal(outer)
    finally:
        process.kill()
        process.wait()
        os.close(outer)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no terminal to open")
@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes_in_a_terminal(shell: str, known: Path) -> None:
    with terminal(shell, known) as screen:
        screen.wait_for("$ ")
        screen.send(f"{PREPARE[shell]}; PS1='re''ady> '\r")
        for typed, completed in TYPED.items():
            screen.wait_for("ready> ")
            screen.seen = ""
            # The line as the completion has left it becomes the argument of an echo.
            screen.send(f"{typed}\t<\x01echo '\x05'\r")
            screen.wait_for("<\r\n")
            assert f"{completed}<\r\n" in screen.seen, (typed, screen.seen)


def test_fish_completes(known: Path) -> None:
    script = known.parent / "inhouse.fish"
    shown = subprocess.run(["inhouse", "completion", "fish"], stdout=subprocess.PIPE, check=True)
    script.write_bytes(shown.stdout)
    asked = "; ".join(f"echo '= {typed}'; complete -C '{typed}'" for typed in TYPED)
    done = subprocess.run(
        ["fish", "--no-config", "-c", f"source {script}; {asked}"],
        cwd=known,
        capture_output=True,
        text=True,
        check=True,
    )
    blocks = dict(block.split("\n", 1) for block in done.stdout.split("= ")[1:])
    for typed, completed in TYPED.items():
        offered = [line.partition("\t")[0] for line in blocks[typed].splitlines()]
        assert completed.split()[-1] in offered, (typed, blocks[typed])
    assert "Everything known of one model" in blocks["inhouse models inf"]
    assert "fold.txt" not in blocks["inhouse -C fol"]
