"""Runs the installed `inhouse` as people do, and looks at what it left behind."""

import hashlib
import json
import os
import signal
import subprocess
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tests.app.loaded import loaded_command
from tests.e2e.scripted_server import MAX_WAIT_SECONDS

COMMAND = Path(sysconfig.get_path("scripts")) / "inhouse"
# What is said besides errors: what was ignored and what was denied.
REMARKS = ("note: ", "denied: ")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """A run that is over: its exit code and what it wrote."""

    code: int
    out: str
    complaints: str

    @property
    def errors(self) -> list[str]:
        """The lines on standard error that are no remarks."""
        return [line for line in self.complaints.splitlines() if not line.startswith(REMARKS)]

    @property
    def events(self) -> list[Json]:
        """The lines of stream-json."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def result(self) -> Json:
        """The result object of json and stream-json."""
        return self.events[-1]

    def succeeded(self) -> "Done":
        """Itself, when it ended well and said nothing but remarks."""
        assert (self.code, self.errors) == (0, []), self
        return self

    def failed(self, code: int, *words: str) -> "Done":
        """Itself, when it ended with this code and one line that holds the words."""
        assert self.code == code, self
        assert "Traceback" not in self.out + self.complaints, self
        assert len(self.errors) == 1, self
        line = self.errors[0]
        assert line.startswith("inhouse: "), line
        for word in words:
            assert word in line, (word, line)
        return self


@dataclass(frozen=True, slots=True)
class Installed:
    """The command in one folder; `variables` join the environment of the test.

    `loaded` where its start is not the point: what is run to its end is done by a copy of a process
    that has loaded everything already, which saves most of the time.
    """

    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    loaded: bool = False

    def run(
        self,
        *arguments: str,
        piped: str | bytes | None = None,
        wrapper: Sequence[str] = (),
        seconds: float = 120,
    ) -> Done:
        """Run it to its end; `piped` is its standard input, `wrapper` a command that starts it."""
        data = piped.encode() if isinstance(piped, str) else piped
        command = loaded_command("inhouse") if self.loaded else (str(COMMAND),)
        done = subprocess.run(
            [*wrapper, *command, *arguments],
            cwd=self.folder,
            env={**os.environ, **self.variables},
            input=data,
            stdin=subprocess.DEVNULL if data is None else None,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def ask(self, prompt: str, *arguments: str) -> Done:
        """One prompt whose result comes as one JSON object."""
        return self.run("-p", prompt, "--output-format", "json", *arguments)

    def start(self, *arguments: str, stdin: int = subprocess.DEVNULL) -> "Running":
        """Start it in a process group of its own, as a shell does."""
        process = subprocess.Popen(
            [str(COMMAND), *arguments],
            cwd=self.folder,
            env={**os.environ, **self.variables},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        return Running(process)


@dataclass(slots=True)
class Running:
    """A run that goes on; with `--output-format stream-json` its events can be followed."""

    process: subprocess.Popen[str]
    seen: list[str] = field(default_factory=list[str])

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()

    def wait_for(self, kind: str) -> Json:
        """The next event of this kind."""
        event = self.reach(kind)
        assert event is not None, f"it ended without {kind}: {self.seen[-3:]}, {self.end()}"
        return event

    def reach(self, kind: str) -> Json | None:
        """The next event of this kind; None when it ended without one."""
        for line in self._out:
            self.seen.append(line)
            event: Json = json.loads(line)
            if event["type"] == kind:
                return event
        return None

    def read_complaint(self) -> str:
        """The next line on standard error."""
        assert self.process.stderr is not None
        return self.process.stderr.readline()

    def press_ctrl_c(self, number: signal.Signals = signal.SIGINT) -> None:
        """Signal the process group as a terminal does; it ends long before a server that hangs."""
        os.killpg(self.process.pid, number)
        self.process.wait(MAX_WAIT_SECONDS / 4)

    def end(self, seconds: float = 120) -> Done:
        """Wait for the end and collect what was written."""
        rest, complaints = self.process.communicate(timeout=seconds)
        return Done(self.process.returncode, "".join(self.seen) + rest, complaints)

    @property
    def _out(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout


def snapshot(root: Path) -> dict[str, tuple[int, str]]:
    """Mode and content of everything below a folder, links and `.git` included."""
    found: dict[str, tuple[int, str]] = {}
    for path in sorted(root.rglob("*")):
        mode = path.lstat().st_mode
        content = ""
        if path.is_symlink():
            content = str(path.readlink())
        elif path.is_file():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
        found[str(path.relative_to(root))] = (mode, content)
    return found
