"""The checks that a project names: programs that would run after edits."""

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from inhouse.trust.finding import Finding, digest_of
from inhouse_tools.checks.check import Check
from inhouse_tools.checks.detect import detect
from inhouse_tools.checks.found.folder import Folder, inner

# Files that say much besides: what they say of a check stands in its command.
SHARED: Final = frozenset(
    {
        *("Cargo.toml", "GNUmakefile", "Justfile", "Makefile", "composer.json", "go.mod"),
        *(".justfile", "justfile", "makefile", "mix.exs"),
    }
)
MOST_CHARACTERS: Final = 200_000
"""A longer file counts as a whole: to read it for each check would take too long."""
WHEN: Final = {"edit": "after edits", "end": "at the end of a task"}


def find_checks(project: Path, root: Path) -> Iterator[Finding]:
    """A finding for each check that a part of the project names."""
    for check in detect(root):
        if check.source:
            yield finding_of(check, project, root)


def finding_of(check: Check, project: Path, root: Path) -> Finding:
    """The finding of one check, the same from whichever folder of the project it was found.

    Checks that run only when they are asked for by name are told of with the others' key and
    digest, and no one is asked about them.
    """
    inside = PurePosixPath(root.relative_to(project).as_posix()) / check.folder
    place = "" if str(inside) == "." else str(inside)
    tool = check.name.partition("@")[0]
    name = f"{tool}@{place}" if place else tool
    source = PurePosixPath(check.source).name
    file = f"{place}/{source}" if place else source
    configured = _configuration(project, place, tool, source)
    # Not the command: inhouse spells that, and may spell it otherwise one day.
    digest = digest_of(tool, source, configured)
    when = WHEN.get(check.when, "when it is asked for")
    effect = f"check {name} runs `{check.line}` {when}"
    return Finding("check", f"check {name}", file, (effect,), digest, check.when != "offered")


def _configuration(project: Path, place: str, tool: str, source: str) -> str:
    """What stands in the file about this check: the part that is its own, or all."""
    if source in SHARED:
        return ""
    folder = Folder(project, place, frozenset({source}))
    text = folder.text(source)
    if len(text) > MOST_CHARACTERS:
        return text
    if source == "pyproject.toml":
        return json.dumps(inner(folder.toml(source), "tool", tool), default=str, sort_keys=True)
    if source == "package.json":
        package = folder.json(source)
        script = inner(package, "scripts").get(tool.partition("-")[2])
        return json.dumps([script, package.get("eslintConfig"), package.get(tool)], sort_keys=True)
    return text
