"""The settings file that a project brings along, and what it would set."""

import os
import shlex
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, cast

from inhouse.trust.finding import Finding, digest_of

SETTINGS_FILE: Final = ".inhouse/config.toml"
KEY: Final = "settings"
MOST_BYTES: Final = 1_000_000
Table = dict[str, object]


def find_settings(project: Path) -> Finding | None:
    """The finding; None when the project has no such file."""
    file = project / SETTINGS_FILE
    raw = read_bounded(file)
    if raw is not None:
        return Finding("settings", KEY, SETTINGS_FILE, tuple(_effects(raw)), digest_of(raw))
    if os.path.lexists(file):
        return Finding("settings", KEY, SETTINGS_FILE, ("cannot be read",), "odd")
    return None


def read_bounded(file: Path) -> bytes | None:
    """The content of a small regular file; nothing is opened that could block."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    facts = os.fstat(descriptor)
    if not stat.S_ISREG(facts.st_mode) or facts.st_size > MOST_BYTES:
        os.close(descriptor)
        return None
    with os.fdopen(descriptor, "rb") as opened:
        return opened.read(MOST_BYTES + 1)


def _effects(raw: bytes) -> Iterator[str]:
    """What each part of it does, as far as it can be understood."""
    try:
        tables: Table = tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as problem:
        yield f"is not valid TOML: {str(problem).splitlines()[0]}"
        return
    checks, servers = tables.pop("checks", {}), tables.pop("language_servers", {})
    for name, check in _entries(checks):
        command = check.get("command")
        yield f"check {name} runs `{command}`" if command else f"sets when check {name} runs"
    for name, server in _entries(servers):
        command = server.get("command")
        words = cast("list[object]", command) if isinstance(command, list) else [command]
        yield f"language server {name} starts `{shlex.join(str(word) for word in words)}`"
    if verify := tables.pop("verify", ""):
        yield f"a task counts as done when `{verify}` succeeds"
    for name, value in tables.items():
        yield f"sets {name} = {_short(value)}"


def _entries(table: object) -> Iterator[tuple[str, Table]]:
    if isinstance(table, dict):
        for name, entry in cast("Table", table).items():
            yield name, cast("Table", entry) if isinstance(entry, dict) else {}


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
