"""Where attacks are tried: a project, and around it all that an attack could harm or learn."""

import ctypes
import os
import pty
import secrets
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.tools.sandbox.attack import Place
from tests.tools.sandbox.listeners import Listeners

# Hidden by no tmpfs of a sandbox, so that what is refused is refused for its own sake.
LABS = Path("/var/tmp")
SECRET_FILES = (
    ".ssh/id_ed25519",
    ".ssh/id_rsa",
    ".aws/credentials",
    ".azure/accessTokens.json",
    ".config/gcloud/credentials.db",
    ".config/gh/hosts.yml",
    ".config/inhouse/config.toml",
    ".config/google-chrome/Default/Cookies",
    ".config/chromium/Default/Login Data",
    ".mozilla/firefox/profile/logins.json",
    ".local/share/inhouse/sessions/one.jsonl",
    ".local/state/inhouse/undo/one",
    ".local/share/keyrings/login.keyring",
    ".gnupg/private-keys-v1.d/one.key",
    ".kube/config",
    ".docker/config.json",
    ".password-store/bank.gpg",
    ".netrc",
    ".git-credentials",
    ".npmrc",
    ".pypirc",
    ".bash_history",
    ".zsh_history",
    ".python_history",
)
START_FILES = (".bashrc", ".profile", ".zshrc", ".gitconfig", ".ssh/authorized_keys")
SECRET_NAMES = ("GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "OPENAI_API_KEY", "DATABASE_PASSWORD")


@dataclass(slots=True)
class Ground:
    """The folder of one laboratory with its project, canaries, listeners and a process to harm."""

    folder: Path
    nonce: str
    listeners: Listeners
    victim: "subprocess.Popen[bytes]"
    temporary: Path
    terminal: int
    memory: int
    descriptors: list[int] = field(default_factory=list[int])

    @property
    def home(self) -> Path:
        """The home of whoever attacks."""
        return self.folder / "home"

    @property
    def outside(self) -> Path:
        """A folder of canaries that belongs to no project."""
        return self.folder / "outside"

    @property
    def secret(self) -> str:
        """What stands in everything that must not be learnt."""
        return f"hunter2-{self.nonce}"

    def project(self, place: Place) -> Path:
        """The writable folder for an attack."""
        if place == "a linked worktree":
            return self.folder / "worktree"
        return self.home if place == "the home" else self.folder / "project"

    def environment(self, place: Place) -> dict[str, str]:
        """What an attack is told: where everything is that it shall harm."""
        return {
            "LAB": str(self.folder),
            "LAB_NONCE": self.nonce,
            "LAB_PROJECT": str(self.project(place)),
            "LAB_OUTSIDE": str(self.outside),
            "LAB_TEMPORARY": str(self.temporary),
            "LAB_VICTIM": str(self.victim.pid),
            "LAB_TERMINAL": os.ttyname(self.descriptors[0]),
            "LAB_MEMORY": str(self.memory),
            "LAB_PYTHON": python_for_all(),
            **self.listeners.environment(),
        }

    def prepare(self, place: Place, *, only_project: bool = False) -> None:
        """Lay out the project anew, and everything around it unless that is as it was."""
        for name in ("project", "worktree"):
            remove(self.folder / name)
        if not only_project:
            self._prepare_surroundings()
        if place != "the home":
            self._prepare_project(place)

    def _prepare_surroundings(self) -> None:
        for name in ("home", "outside", "project-evil"):
            remove(self.folder / name)
        self._write_home()
        for folder in (self.outside, self.folder / "project-evil", self.temporary):
            folder.mkdir(exist_ok=True)
            (folder / "canary").write_text("as it was\n")
        (Path("/dev/shm") / self.folder.name).write_text(self.secret)

    def _prepare_project(self, place: Place) -> None:
        root = self.folder / "project"
        root.mkdir()
        (root / "code.py").write_text("print('hello')\n")
        (root / ".env").write_text(f"DATABASE=postgres://me:{self.secret}@host/db\n")
        (root / ".bashrc").write_text("# of the project\n")
        if place == "a plain folder":
            return
        template = self.folder / "template"
        if not template.exists():
            self._git("init", "-q", "-b", "main", ".")
            self._git("add", "code.py")
            self._git("commit", "-q", "-m", "one")
            remove(root / ".git" / "hooks")
            (root / ".git" / "hooks").mkdir()
            (root / ".git" / "hooks" / "post-commit").write_text("#!/bin/sh\n:\n")
            shutil.copytree(root / ".git", template)
        else:
            shutil.copytree(template, root / ".git")
        (root / ".inhouse").mkdir()
        (root / ".inhouse" / "config.toml").write_text("# of the project\n")
        if place == "a linked worktree":
            self._git("worktree", "add", "-q", str(self.folder / "worktree"))

    def _write_home(self) -> None:
        for name in SECRET_FILES:
            path = self.home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{self.secret}\n")
        for name in START_FILES:
            (self.home / name).write_text("# as it was\n")

    def _git(self, *arguments: str) -> None:
        person = ("-c", "user.name=Person", "-c", "user.email=person@example.org")
        subprocess.run(
            ["git", *person, *arguments],
            cwd=self.folder / "project",
            env={"PATH": os.environ["PATH"], "HOME": str(self.home)},
            check=True,
            capture_output=True,
        )

    def revive(self) -> None:
        """Give the attacks a living process to harm."""
        if self.victim.poll() is None:
            return
        self.victim = start_victim(self.secret)


def start_victim(secret: str) -> "subprocess.Popen[bytes]":
    """A process of the same user, with a secret in its environment, that only waits.

    It allows itself to be traced by everybody, as far as the system has a rule about that.
    """
    program = (
        "import ctypes, signal; ctypes.CDLL(None).prctl(0x59616d61, ctypes.c_ulong(-1), 0, 0, 0);"
        "print(flush=True); signal.pause()"
    )
    victim = subprocess.Popen(
        [python_for_all(), "-I", "-S", "-c", program],
        env={"OWN_SECRET": secret, "PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
    )
    assert victim.stdout is not None
    victim.stdout.read(1)
    return victim


def python_for_all() -> str:
    """An interpreter that the present user may run: a root's own may lie in a closed home."""
    for path in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        if os.access(path, os.X_OK):
            return path
    raise FileNotFoundError("there is no Python that this user may run: install python3")


def remove(folder: Path) -> None:
    """Delete a folder, whatever modes an attack left in it."""
    if not folder.exists():
        return
    for parent, folders, _files in os.walk(folder):
        for name in folders:
            path = Path(parent, name)
            if not path.is_symlink():
                path.chmod(0o700)
    shutil.rmtree(folder)


@contextmanager
def ground() -> Generator[Ground]:
    """A laboratory for the present user; nothing of it is left afterwards."""
    nonce = secrets.token_hex(6)
    folder = LABS / f"inhouse-lab-{nonce}"
    folder.mkdir(mode=0o755)
    temporary = Path("/tmp") / folder.name
    master, slave = pty.openpty()
    leaked = folder / "leaked"
    leaked.write_text("as it was\n")
    # A descriptor that the program forgot to close, as a library may.
    descriptor = os.open(leaked, os.O_RDWR)
    os.set_inheritable(descriptor, True)
    memory = _shared_memory(nonce)
    listeners = Listeners.open(folder, nonce)
    made = Ground(
        folder,
        nonce,
        listeners,
        start_victim(f"hunter2-{nonce}"),
        temporary,
        master,
        memory,
        [slave, descriptor],
    )
    try:
        yield made
    finally:
        listeners.close()
        made.victim.kill()
        made.victim.wait()
        for number in (master, *made.descriptors):
            with suppress(OSError):
                os.close(number)
        _library().shmctl(memory, 0, None)
        (Path("/dev/shm") / folder.name).unlink(missing_ok=True)
        remove(folder)
        remove(temporary)


def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(None, use_errno=True)
    library.shmat.restype = ctypes.c_void_p
    return library


def _shared_memory(nonce: str) -> int:
    """A segment of System V shared memory that everybody may read and write; its number."""
    library = _library()
    number = library.shmget(0, 4096, 0o1666)
    if number < 0:
        raise OSError(ctypes.get_errno(), "there is no shared memory")
    address = library.shmat(number, None, 0)
    ctypes.memmove(address, f"hunter2-{nonce}".encode(), 8 + len(nonce))
    library.shmdt(ctypes.c_void_p(address))
    return number


def survivors_of(nonce: str, patience: float = 1.0) -> tuple[str, ...]:
    """The processes that outlive their command, found by their environment; they are ended.

    The kernel may need a moment to end a namespace, and gets `patience` seconds for all of them.
    """
    found: list[str] = []
    mark = f"LAB_NONCE={nonce}".encode()
    until = time.monotonic() + patience
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with suppress(OSError):
            handle = os.pidfd_open(int(entry.name))
            try:
                if mark not in (entry / "environ").read_bytes():
                    continue
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
                left = max(0.0, until - time.monotonic())
                if not select.select([handle], [], [], left)[0]:
                    found.append(os.fsdecode(words)[:60].strip())
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
            finally:
                os.close(handle)
    return tuple(found)
