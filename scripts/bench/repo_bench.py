"""What the figures of a repository are measured with: one tree, copied for whoever changes it."""

import hashlib
import os
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench_run import BenchError
from figure import Figure

from inhouse_tools.places.listing import list_files
from inhouse_tools.refusal import Refusal
from inhouse_tools.sandbox import Sandbox
from inhouse_tools.tool import Workspace
from inhouse_tools.workspace import open_workspace

# A quick run takes so many files of the tree.
QUICK_FILES = 200


@dataclass(frozen=True, slots=True)
class RepoBench:
    """`tree` is never changed. `aider` is a Python that can import it, None to do without.

    `folder` is for files of the run. `quick` only shows that all works.
    """

    tree: Path
    folder: Path
    aider: Path | None = None
    quick: bool = False

    def few(self, full: int, quick: int) -> int:
        """How often to do something."""
        return quick if self.quick else full

    def copy(self, name: str) -> Path:
        """A fresh copy of the tree, or for a quick run of a part of it."""
        target = self.folder / name
        for file in self.files():
            (target / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self.tree / file, target / file)
        return target.resolve()

    def files(self) -> tuple[str, ...]:
        """The paths of the files that are measured with."""
        return list_files(self.tree).files[: QUICK_FILES if self.quick else None]

    def workspace(self, root: Path) -> Workspace:
        """A workspace as a session has one, with folders of its own for what is kept."""
        kept = self.folder / f"{root.name}-kept"
        for name in ("cache", "state"):
            (kept / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        opened = open_workspace(
            root, sandbox=Sandbox.off(), cache=kept / "cache", state=kept / "state"
        )
        if isinstance(opened, Refusal):
            raise BenchError(opened.text)
        return opened


Measurement = Callable[[RepoBench], list[Figure]]


def tree_hash(root: Path) -> str:
    """All that stands below a folder: names, kinds, permissions, contents and targets of links."""
    whole = hashlib.sha256()
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted([*folders, *names]):
            path = Path(folder, name)
            facts = path.lstat()
            content = b""
            if stat.S_ISLNK(facts.st_mode):
                content = os.fsencode(path.readlink())
            elif stat.S_ISREG(facts.st_mode):
                content = hashlib.sha256(path.read_bytes()).digest()
            whole.update(f"{path.relative_to(root)!r} {facts.st_mode:o} ".encode() + content)
    return whole.hexdigest()
