"""The command line as plain data, kept between two completions: to load it takes half a second."""

import contextlib
import json
import os
from pathlib import Path
from typing import Any, Final

from inhouse import __version__
from inhouse_agent.folders import cache_folder

NAME: Final = "completion.json"


def load_tree() -> dict[str, Any]:
    """The tree of this very program: `tree` of `inhouse.cli.tree`, `keys`, `catalogue`."""
    path, edition = cache_folder() / NAME, _edition()
    try:
        kept = json.loads(path.read_bytes())
        if kept["edition"] == edition:
            return kept
    except (OSError, ValueError, KeyError, TypeError):
        # Missing or damaged: it is made anew.
        pass
    made = {"edition": edition, **_make()}
    _keep(path, made)
    return made


def _edition() -> list[Any]:
    """What changes when the command line does: the version, and its modules."""
    with os.scandir(Path(__file__).parents[1] / "cli") as entries:
        newest = max(entry.stat().st_mtime_ns for entry in entries if entry.name.endswith(".py"))
    return [__version__, __file__, newest]


def _make() -> dict[str, Any]:
    from inhouse.cli import app
    from inhouse.cli.tree import tree_of
    from inhouse.settings import KEYS
    from inhouse_models.catalogue import load_catalogue

    return {
        "tree": tree_of(app),
        "keys": sorted(KEYS),
        "catalogue": [name for one in load_catalogue() for name in (one.name, *one.aliases)],
    }


def _keep(path: Path, made: dict[str, Any]) -> None:
    from inhouse_tools.writing.small_file import make_private, replace_text

    # Without it every completion takes longer, nothing else.
    with contextlib.suppress(OSError):
        make_private(path.parent)
        replace_text(path, json.dumps(made), lasting=False)
