"""A user who has nothing: an empty home, no variables; as root another number and no network."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from release_tools import ReleaseError, tell

# Of nobody else, also when two of these run at once: what is left running is ended by its user.
NUMBER = 20000 + os.getpid() % 40000
POLL_SECONDS = 0.1
PATH = "/usr/local/bin:/usr/bin:/bin"
# /tmp is read by everybody; a short path, since a socket's has 108 bytes at most.
PREFIX = "inhouse-smoke-"


@dataclass(frozen=True, slots=True)
class NewUser:
    """Runs commands as somebody new in `folder`, whose files go when the context ends."""

    folder: Path

    @staticmethod
    def create() -> "NewUser":
        """A user of no name in container-like surroundings; as a normal user only an empty home."""
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        folder.chmod(0o755)
        user = NewUser(folder)
        user.home.mkdir()
        if user.is_another:
            os.chown(user.home, NUMBER, NUMBER)
        return user

    def __enter__(self) -> "NewUser":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        for process in self.left_running():
            os.kill(process, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.is_another:
            shutil.rmtree(f"/tmp/inhouse-{NUMBER}", ignore_errors=True)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def is_another(self) -> bool:
        return os.geteuid() == 0 and bool(shutil.which("setpriv") and shutil.which("unshare"))

    def give(self, files: Iterable[Path], name: str) -> Path:
        """A folder with copies of files that belong to somebody else, and can only be read."""
        target = self.folder / name
        target.mkdir()
        for file in files:
            shutil.copy2(file, target)
            (target / file.name).chmod(0o644)
        return target

    def run(
        self,
        title: str,
        *command: str,
        folder: Path | None = None,
        variables: Mapping[str, str] | None = None,
        seconds: float = 600,
    ) -> str:
        """What a command of this user prints; how long it took is told, a failure ends the test."""
        started = time.monotonic()
        environment = {"HOME": str(self.home), "PATH": PATH, "LANG": "C.UTF-8", **(variables or {})}
        try:
            done = subprocess.run(
                [*self._entering(), *command],
                cwd=folder or self.home,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ReleaseError(f"{title}: it was not done after {seconds:.0f} s") from None
        took = f"{time.monotonic() - started:7.2f} s  {title}"
        if done.returncode != 0:
            tell(f"FAILED {took}")
            raise ReleaseError(f"{title}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        tell(f"ok     {took}")
        return done.stdout

    def is_alone(self, seconds: float) -> bool:
        """Whether nothing that this user started runs, at the latest after so many seconds."""
        ends = time.monotonic() + seconds
        while self.left_running() and time.monotonic() < ends:
            time.sleep(POLL_SECONDS)
        return not self.left_running()

    def left_running(self) -> Sequence[int]:
        """Processes that this user started and that still run."""
        if not self.is_another:
            return ()
        found: list[int] = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and entry.stat().st_uid == NUMBER:
                    found.append(int(entry.name))
            except FileNotFoundError:
                continue
        return found

    def _entering(self) -> Sequence[str]:
        if not self.is_another:
            return ()
        person = (f"--reuid={NUMBER}", f"--regid={NUMBER}", "--clear-groups", "--no-new-privs")
        return ("unshare", "--net", "--", "setpriv", *person, "--inh-caps=-all", "--")
