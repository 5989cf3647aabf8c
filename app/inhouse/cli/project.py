"""Where a command works, and with which settings; it ends here when there are none."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from inhouse.cli.fail import fail
from inhouse.complain import complain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inhouse.sources import Resolved
    from inhouse_tools.json_value import JsonValue


def root_of(folder: Path | None) -> Path:
    """The folder that -C names, or the current one."""
    try:
        root = (folder or Path.cwd()).expanduser().resolve(strict=True)
    except OSError as problem:
        fail(f"The folder {problem.filename or 'you are in'} is not there: {problem.strerror}.")
    if not root.is_dir():
        fail(f"{root} is not a folder.")
    return root


def trust_folder(root: Path, *, once: bool = False) -> None:
    """Trust a folder, `once` or from now on; ends the command when that cannot be kept."""
    from inhouse.trust import trust, trust_once

    if once:
        trust_once(root)
        return
    try:
        said = trust(root)
    except OSError as problem:
        fail(f"The trust in {root} cannot be kept: {problem.strerror or problem}")
    if said:
        complain(said)


def settings_of(root: Path, flags: "Mapping[str, JsonValue] | None" = None) -> "Resolved":
    """The settings of all sources for a folder."""
    from inhouse.settings import SettingProblem
    from inhouse.sources import resolve
    from inhouse.trust.guard import guard

    guard(root)
    resolved = resolve(root, os.environ, flags or {})
    if isinstance(resolved, SettingProblem):
        fail(resolved.text)
    return resolved
