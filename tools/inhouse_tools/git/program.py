"""The git program, run through GitPython: found outside a clone, limited in time and size."""

import asyncio
import contextlib
import errno
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inhouse_tools.refusal import Refusal, of_os_error

if TYPE_CHECKING:
    from git.cmd import Git

NOT_INSTALLED = "git is not installed, or not on PATH outside of this folder."
READ_SECONDS = 30.0
MOST_BYTES = 8_000_000
MOST_ERROR_BYTES = 64_000
TERM_SECONDS = 1.5
"""How long a stopped git may take to put its locks away before it is killed."""
DRAIN_SECONDS = 0.5
"""How long output may stay open, held by something that a hook left behind."""
POLL_SECONDS = 0.05
LAST_POLL_SECONDS = 0.002
# What a person sets of git's own variables and that has no part in which repository is meant.
KEPT_VARIABLES = frozenset(
    {
        "GIT_AUTHOR_DATE",
        "GIT_AUTHOR_EMAIL",
        "GIT_AUTHOR_NAME",
        "GIT_COMMITTER_DATE",
        "GIT_COMMITTER_EMAIL",
        "GIT_COMMITTER_NAME",
        "GIT_CEILING_DIRECTORIES",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_SYSTEM",
        "GIT_EXEC_PATH",
    }
)
LOCALE_VARIABLES = ("LANGUAGE", "LC_ALL")


@dataclass(frozen=True, slots=True)
class Call:
    """One run of git in a folder: `argv` begins with the program.

    `environment` is added to the person's own. After `seconds` it is stopped, and after `most`
    bytes of output. With `own_locale` it speaks the person's language, else English.
    """

    argv: Sequence[str]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    stdin: bytes = b""
    seconds: float = READ_SECONDS
    most: int = MOST_BYTES
    own_locale: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What git said. `cut` when its output was longer than asked for: `code` says nothing then."""

    code: int
    output: bytes = b""
    errors: str = ""
    cut: bool = False

    @property
    def text(self) -> str:
        """The output without its last line end, file names as `os.fsdecode` gives them."""
        return os.fsdecode(self.output).removesuffix("\n")


def find_program(folder: Path) -> str | None:
    """The first git on PATH that does not lie in this folder, absolute; None when there is none.

    A clone may hold a program of that name, and PATH may hold "." or a folder of the clone.
    """
    folder = folder.resolve()
    for place in absolute_folders():
        found = shutil.which("git", path=place)
        if found is None:
            continue
        inside = Path(found).resolve().is_relative_to(folder)
        if not inside or folder == Path(folder.anchor):
            return found
    return None


def absolute_folders() -> list[str]:
    """The folders of PATH that mean the same from wherever a program starts."""
    return [part for part in os.environ.get("PATH", os.defpath).split(":") if part.startswith("/")]


async def run(call: Call) -> Answer | Refusal:
    """Run git to its end. A refusal when it could not be started or took too long.

    When this is cancelled, git is stopped first.
    """
    running = _Running(call)
    task = asyncio.ensure_future(asyncio.to_thread(running.finish))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        running.stop()
        await asyncio.wait({task})
        raise


class _Reader(threading.Thread):
    """Takes what arrives on a pipe until it ends, or until there is more than wanted."""

    def __init__(self, pipe: Any, most: int) -> None:
        super().__init__(daemon=True)
        self.data = bytearray()
        self.full = False
        self._pipe = pipe
        self._most = most
        self.start()

    def run(self) -> None:
        with self._pipe:
            while piece := self._pipe.read1(65_536):
                self.data += piece
                if len(self.data) > self._most:
                    del self.data[self._most :]
                    self.full = True
                    return


class _Running:
    """A git that runs in a process group of its own; `finish` belongs into a thread."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._group = 0
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Ask the group to end, and end it."""
        self._stopped.set()
        if self._group:
            self._signal(signal.SIGTERM)

    def finish(self) -> Answer | Refusal:
        """Start git and see it through."""
        call = self._call
        try:
            with tempfile.TemporaryFile() as source:
                source.write(call.stdin)
                source.seek(0)
                process = self._start(source if call.stdin else None)
        except OSError as error:
            return of_os_error(error, "git", "run")
        except ValueError:
            return Refusal("What git is asked for cannot hold a NUL character.")
        self._group = process.pid
        output = _Reader(process.stdout, call.most)
        errors = _Reader(process.stderr, MOST_ERROR_BYTES)
        late = not self._wait(process, output, errors)
        if late or output.full or errors.full or self._stopped.is_set():
            self._end(process)
        for reader in (output, errors):
            reader.join(DRAIN_SECONDS)
        code = process.wait()
        if late:
            return Refusal(f"git did not answer within {call.seconds:g} seconds and was stopped.")
        said = errors.data.decode("utf-8", "replace").strip()
        return Answer(code, bytes(output.data), said, output.full)

    def _start(self, source: Any) -> Any:
        """The process that GitPython starts. Raises OSError, and ValueError for a NUL."""
        call = self._call
        if not os.access(call.argv[0], os.X_OK):
            raise FileNotFoundError(errno.ENOENT, "there is no such program")
        if not os.access(call.folder, os.X_OK):
            # GitPython would run it in the current folder instead.
            raise PermissionError(errno.EACCES, f"the folder {call.folder} cannot be entered")
        git, not_found = _library()
        environment = {**call.environment, "PATH": ":".join(absolute_folders())}
        dropped = [
            name for name in os.environ if name.startswith("GIT_") and name not in KEPT_VARIABLES
        ]
        if call.own_locale:
            # GitPython sets these; what a person has not set is taken away again.
            own = {name: os.environ[name] for name in LOCALE_VARIABLES if name in os.environ}
            environment |= own
            dropped += [name for name in LOCALE_VARIABLES if name not in own]
        try:
            started: Any = git(str(call.folder)).execute(
                [*_without(dropped), *_assigned(environment, dropped), *call.argv],
                as_process=True,
                env={name: text for name, text in environment.items() if name not in dropped},
                istream=source,
                start_new_session=True,
            )
        except not_found as error:
            raise FileNotFoundError(errno.ENOENT, "there is no such program") from error
        # Its wrapper would end it together with itself.
        process, started.proc = started.proc, None
        return process

    def _wait(self, process: Any, output: _Reader, errors: _Reader) -> bool:
        """Wait until git has ended or must be; False when its time is up."""
        deadline = time.monotonic() + self._call.seconds
        while process.poll() is None:
            if self._stopped.is_set() or output.full or errors.full:
                break
            if time.monotonic() >= deadline:
                return False
            if output.is_alive():
                output.join(POLL_SECONDS)
            else:
                # It is on its way out: its output has ended.
                time.sleep(LAST_POLL_SECONDS)
        return True

    def _end(self, process: Any) -> None:
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + TERM_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._group, number)


def _without(names: Sequence[str]) -> list[str]:
    """What stands before a program to run it without these variables: GitPython only adds."""
    if not names:
        return []
    return ["/usr/bin/env", *(part for name in names for part in ("-u", name))]


def _assigned(environment: Mapping[str, str], dropped: Sequence[str]) -> list[str]:
    """Variables of ours that the person has set as well, for the env that takes theirs away."""
    return [f"{name}={environment[name]}" for name in dropped if name in environment]


@cache
def _library() -> "tuple[type[Git], type[Exception]]":
    """GitPython's Git, and what it raises when there is no program.

    When it is imported it runs the first git on PATH, and fails when that fails. Told of a program
    that cannot run it goes on quietly; ours is named in each call.
    """
    told = {"GIT_PYTHON_REFRESH": "quiet", "GIT_PYTHON_GIT_EXECUTABLE": os.devnull}
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    try:
        from git.cmd import Git
        from git.exc import GitCommandNotFound
    finally:
        for name, text in before.items():
            if text is None:
                del os.environ[name]
            else:
                os.environ[name] = text
    return Git, GitCommandNotFound
