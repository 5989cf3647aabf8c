"""Where checks may run: in the sandbox, or in a folder that the person trusts."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from inhouse_tools import process
from inhouse_tools.checks.programs import project_folders
from inhouse_tools.refusal import Refusal
from inhouse_tools.sandbox import Sandbox

NOT_HERE: Final = (
    "Checks run a project's own configuration, so they need the sandbox or a folder that you trust"
    " (--trust). {}."
)


@dataclass(frozen=True, slots=True)
class Ground:
    """`root` is resolved. `trusted`: the person trusts what the project brings along. `cache` is
    this root's own folder for what can be made anew; None keeps nothing."""

    root: Path
    sandbox: Sandbox
    trusted: bool = False
    cache: Path | None = None

    def refusal(self) -> Refusal | None:
        """Why nothing may run here, if so."""
        if self.trusted or self.sandbox.holds:
            return None
        return Refusal(NOT_HERE.format(self.sandbox.label.capitalize()))

    def wrap(
        self, argv: Sequence[str], folder: str = "", *, lasting: bool = False
    ) -> tuple[str, ...]:
        """The command that runs `argv` in a folder of the root inside the boundary.

        What is `lasting` runs beside other commands and writes nothing but caches.
        """
        inside = tuple(argv)
        if folder:
            inside = ("/bin/sh", "-c", 'cd "$0" && exec "$@"', str(self.root / folder), *argv)
        kept = self._kept()
        caches = () if kept is None else (kept,)
        return replace(self.sandbox, caches=caches, reading=lasting).wrap(inside)

    def environment(self, *, lasting: bool = False) -> dict[str, str]:
        """The scrubbed environment; in a trusted folder the project's programs are found after
        those on PATH, in another one never. What is `lasting` builds in the caches."""
        environment = process.scrubbed(os.environ)
        folders = [part for part in environment["PATH"].split(os.pathsep) if self._may_find(part)]
        if self.trusted:
            places = project_folders(self.root, self.root)
            folders += [str(place) for place in places if place.is_dir()]
        environment["PATH"] = os.pathsep.join(folders)
        # No check is a reason to download anything.
        environment |= {"GOPROXY": "off", "CARGO_NET_OFFLINE": "true"}
        kept = self._kept()
        if kept is not None:
            # In the sandbox the usual caches are gone when the command ends, so nothing would be
            # fast the second time; in the project they would be changes that nobody made.
            environment |= {"MYPY_CACHE_DIR": str(kept / "mypy"), "GOCACHE": str(kept / "go")}
        if kept is not None and lasting:
            environment["CARGO_TARGET_DIR"] = str(kept / "cargo")
        return environment

    def _may_find(self, folder: str) -> bool:
        return self.trusted or not Path(folder).resolve().is_relative_to(self.root)

    def _kept(self) -> Path | None:
        """The folder for caches of checks, made when it is missing."""
        if self.cache is None:
            return None
        kept = self.cache / "checks"
        try:
            kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            return None
        return kept
