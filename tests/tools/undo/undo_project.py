"""A folder whose turns are recorded, and a picture of all that stands in it."""

import hashlib
import os
import stat
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from inhouse_tools.undo import History, Outcome, Recorder, Store, Summaries, summarise

Standing = tuple[str, int, bytes]
"""Kind, permission bits, and content or target."""
Picture = dict[str, Standing]


def picture(root: Path) -> Picture:
    """Everything below a folder, as it would be compared by hand; without git's own."""
    found: Picture = {}
    waiting = [root]
    while waiting:
        for path in sorted(waiting.pop().iterdir()):
            name, facts = path.relative_to(root).as_posix(), path.lstat()
            mode = stat.S_IMODE(facts.st_mode)
            if path.name == ".git":
                continue
            if path.is_symlink():
                found[name] = ("link", 0, os.fsencode(path.readlink()))
            elif path.is_dir():
                found[name] = ("folder", mode, b"")
                waiting.append(path)
            elif path.is_file():
                found[name] = ("file", mode, path.read_bytes())
    return found


def tree_hash(root: Path) -> str:
    """The same for two trees exactly when nothing tells them apart."""
    return hashlib.sha256(repr(sorted(picture(root).items())).encode()).hexdigest()


class Project:
    """A folder, its records beside it, and turns made of functions instead of a model."""

    def __init__(self, base: Path, room: int = 1_000_000_000) -> None:
        self.root = base / "project"
        self.state = base / "state"
        self.root.mkdir(exist_ok=True)
        self.store = Store(self.root.resolve(), self.state, (), room)
        self.recorder = Recorder(self.store)
        self.said: list[str] = []

    @property
    def names(self) -> list[str]:
        """What stands right in the folder."""
        return sorted(path.name for path in self.root.iterdir())

    def write(self, name: str, text: str, mode: int = 0o644) -> Path:
        """A file, without anybody recording it."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return path

    @contextmanager
    def turn(self, prompt: str = "Do it.") -> Generator[None]:
        """A turn with steps in it."""
        self.said += self.recorder.begin(prompt)
        yield
        self.said += self.recorder.end()

    @contextmanager
    def command(self) -> Generator[None]:
        """A step that may change everything."""
        self.said += self.recorder.open()
        yield
        self.said += self.recorder.close()

    @contextmanager
    def writing(self, *names: str) -> Generator[None]:
        """A step that changes these files only."""
        self.said += self.recorder.open([self.root / name for name in names])
        yield
        self.said += self.recorder.close()

    def run(self, act: Callable[[], object], prompt: str = "Do it.") -> str:
        """A whole turn of one command; returns the tree's hash before it."""
        before = tree_hash(self.root)
        with self.turn(prompt), self.command():
            act()
        return before

    def edit(self, name: str, text: str, prompt: str = "Edit it.") -> str:
        """A whole turn of one edit; returns the tree's hash before it."""
        before = tree_hash(self.root)
        with self.turn(prompt), self.writing(name):
            self.write(name, text)
        return before

    def undo(self, which: int | str = 1, *, force: bool = False) -> Outcome:
        """Take turns back."""
        return History(self.store).undo(which, force=force)

    def redo(self, which: int | str = 1, *, force: bool = False) -> Outcome:
        """Do turns again."""
        return History(self.store).redo(which, force=force)

    def summaries(self) -> Summaries:
        """The turns as they are listed."""
        found = summarise(self.store, 100)
        assert isinstance(found, Summaries)
        return found

    def as_session(self, name: str) -> "Project":
        """The same folder as another session sees it."""
        other = Project(self.root.parent)
        other.recorder = Recorder(other.store, session=name)
        return other

    def restart(self) -> None:
        """Another process takes over, as after an orderly end."""
        self.recorder = Recorder(self.store)

    def die(self) -> None:
        """This process is killed in the middle of what it does: only its locks are let go."""
        turn = self.recorder._turn  # pyright: ignore[reportPrivateUsage] - a kill asks nobody
        if turn is not None:
            turn.held.let_go()
        self.restart()


def worked(outcome: Outcome) -> bool:
    """Whether an undo or redo did something and was not refused."""
    assert outcome.refusal is None, outcome.refusal
    return bool(outcome.moved)


def refused(outcome: Outcome) -> str:
    """Why an undo or redo was refused."""
    assert outcome.refusal is not None
    return outcome.refusal.text
