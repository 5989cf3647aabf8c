"""The closed table of what inhouse places on a machine: kinds of files, and where they lie."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from inhouse.shell_completion.installing import completion_folders
from inhouse_agent.folders import cache_folder, config_folder, state_folder
from inhouse_models.host.places import socket_folder_path
from inhouse_models.store import models_folder


class Kind(StrEnum):
    """What a file is, in the words that a person reads; in the order in which it is removed.

    What tells whose the rest is goes last, so that a removal that was cut short can be repeated.
    """

    WORKTREE = "worktrees of sessions"
    COMPLETION = "shell completion"
    SESSION = "sessions"
    UNDO = "undo records"
    WRITE = "journals of writes"
    DRAFT = "prompts, drafts and pictures"
    INDEX = "indexes of repositories"
    CHECK = "caches of checks"
    STATE = "saved engine states"
    CALIBRATION = "measurements of models"
    SCRIPT = "files of the development scripts"
    EVALUATION = "evaluations"
    LOG = "logs and crash reports"
    SERVING = "token of inhouse serve"
    KEY = "keys of endpoints"
    SETTING = "settings"
    TRUST = "list of trusted folders"
    UNFINISHED = "unfinished files"
    DOWNLOAD = "unfinished downloads"
    MODEL = "models downloaded"
    LINK = "links to models elsewhere"
    RECORD = "records of models"
    SOCKET = "sockets"


SESSION_KINDS: Final = frozenset({Kind.SESSION})
MODEL_KINDS: Final = frozenset({Kind.MODEL, Kind.LINK, Kind.RECORD, Kind.DOWNLOAD})

Table = Mapping[str, Kind]
"""Patterns of paths below a folder, matched part by part. One that ends in `/` is of a folder that
is ours with all that it holds."""

_CONFIG: Final[Table] = {"config.toml": Kind.SETTING, "keys.json": Kind.KEY}
_DATA: Final[Table] = {
    "models/*.gguf": Kind.MODEL,
    "models/*.gguf.json": Kind.RECORD,
    "models/seen/*.json": Kind.RECORD,
    "models/downloads/": Kind.DOWNLOAD,
}
_STATE: Final[Table] = {
    "sessions/*.jsonl": Kind.SESSION,
    "sessions/*.torn": Kind.SESSION,
    "engine.log": Kind.LOG,
    "engine.old.log": Kind.LOG,
    "crashes/*.txt": Kind.LOG,
    "speeds.json": Kind.CALIBRATION,
    "measured.json": Kind.CALIBRATION,
    "tuned/*.json": Kind.CALIBRATION,
    "serve-token": Kind.SERVING,
    "trust.jsonl": Kind.TRUST,
    "evaluations/": Kind.EVALUATION,
    "projects/*/undo/*.db": Kind.UNDO,
    "projects/*/undo/*.db-*": Kind.UNDO,
    "projects/*/undo/*.lock": Kind.UNDO,
    "projects/*/writes/*": Kind.WRITE,
    "projects/*/worktrees/*/": Kind.WORKTREE,
    "projects/*/prompts.jsonl": Kind.DRAFT,
    "projects/*/drafts/*.json": Kind.DRAFT,
    "projects/*/pictures/clipboard-*.png": Kind.DRAFT,
}
_CACHE: Final[Table] = {
    "completion.json": Kind.COMPLETION,
    "projects/*/index.sqlite": Kind.INDEX,
    "projects/*/index.sqlite-*": Kind.INDEX,
    "projects/*/index.sqlite.lock": Kind.INDEX,
    "projects/*/checks/": Kind.CHECK,
    "states/*/*.segment": Kind.STATE,
    "states/*/about.json": Kind.STATE,
    "calibration/*.json": Kind.CALIBRATION,
    "wheels/": Kind.SCRIPT,
    "logs/": Kind.SCRIPT,
    "bench/": Kind.SCRIPT,
}
_RUNTIME: Final[Table] = dict.fromkeys(("*.sock", "*.lock", "*.terminal"), Kind.SOCKET)


@dataclass(frozen=True, slots=True)
class Base:
    """A folder that is ours (`own`) or shared with other programs, and what of it is ours."""

    folder: Path
    table: Table
    own: bool = True

    def kind_of(self, parts: tuple[str, ...], *, folder: bool = False) -> Kind | None:
        """The kind of a file, or of a folder that is ours with all that it holds."""
        # Damaged files are put aside under their name and this ending.
        plain = (*parts[:-1], parts[-1].partition(".bad")[0])
        for pattern, kind in self.table.items():
            if pattern.endswith("/") is folder and _matches(plain, _parts_of(pattern)):
                return kind
        unfinished = self.own and not folder and _is_unfinished(parts[-1])
        return Kind.UNFINISHED if unfinished else None

    def is_known_folder(self, parts: tuple[str, ...]) -> bool:
        """Whether files of ours may lie below this folder."""
        return any(
            len(parts) < len(wanted) and _matches(parts, wanted[: len(parts)])
            for wanted in map(_parts_of, self.table)
        )


_TABLES: Final[tuple[tuple[Callable[[], Path], Table], ...]] = (
    (config_folder, _CONFIG),
    (lambda: models_folder().parent, _DATA),
    (state_folder, _STATE),
    (cache_folder, _CACHE),
    (socket_folder_path, _RUNTIME),
)


def bases() -> tuple[Base, ...]:
    """Every folder that inhouse writes to by itself, as the environment says now."""
    ours = tuple(Base(folder(), table) for folder, table in _TABLES)
    shells = tuple(
        Base(folder, {name: Kind.COMPLETION}, own=False) for folder, name in completion_folders()
    )
    return (*ours, *shells)


def _parts_of(pattern: str) -> tuple[str, ...]:
    return tuple(pattern.removesuffix("/").split("/"))


def _matches(parts: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))


def _is_unfinished(name: str) -> bool:
    """Whether this is what a killed writer of ours has left."""
    return name.startswith(".") and name.endswith((".new", ".part"))
