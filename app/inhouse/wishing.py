"""From what was asked for on a command line to a wish: settings are read, nothing is started."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from inhouse.build import BuildProblem, Wish
    from inhouse_agent.permission import Mode
    from inhouse_tools.json_value import JsonValue

NOTHING: Final[Mapping[str, "JsonValue"]] = {}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for; cheap to make, so that a screen can be there before settings are read.

    `given` are the settings of the command line. The session that goes on is the one `resume`
    names, or with `latest` the last one of the folder. `notices` are about the folder.
    """

    root: Path
    default_mode: "Mode"
    given: Mapping[str, "JsonValue"] = field(default_factory=lambda: NOTHING)
    extra: tuple[Path, ...] = ()
    latest: bool = False
    resume: str = ""
    fork: bool = False
    schema: Mapping[str, object] | None = None
    system_prompt: str = ""
    append_system_prompt: str = ""
    notices: tuple[str, ...] = ()


def make_wish(wanted: Wanted) -> "Wish | BuildProblem":
    """The wish with the settings of all sources, or which of them is wrong."""
    from inhouse.build import BuildProblem, Resume, Wish
    from inhouse.settings import SettingProblem
    from inhouse.sources import resolve
    from inhouse.trust.guard import guard
    from inhouse.trust.survey import survey

    found = survey(wanted.root)
    guard(wanted.root, found)
    resolved = resolve(wanted.root, os.environ, wanted.given, found)
    if isinstance(resolved, SettingProblem):
        return BuildProblem(resolved.text)
    return Wish(
        root=wanted.root,
        settings=resolved.settings,
        default_mode=wanted.default_mode,
        extra=wanted.extra,
        resume=Resume(wanted.latest, wanted.resume, wanted.fork),
        schema=wanted.schema,
        system_prompt=wanted.system_prompt,
        append_system_prompt=wanted.append_system_prompt,
        notices=(*wanted.notices, *resolved.notices),
    )
