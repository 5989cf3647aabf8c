"""Everything that a folder brings along, read without running or obeying any of it."""

from collections.abc import Iterator
from pathlib import Path

from inhouse.trust.finding import Finding
from inhouse.trust.found_checks import find_checks
from inhouse.trust.found_git import find_git
from inhouse.trust.found_other import find_other
from inhouse.trust.found_settings import find_settings
from inhouse.trust.identity import project_folder


def survey(root: Path) -> tuple[Finding, ...]:
    """The findings of the project that a folder belongs to, what is obeyed first.

    Runs git, in its restrained form: belongs into a thread where an event loop runs.
    """
    root = root.resolve()
    found = {one.key: one for one in _all(project_folder(root), root)}
    return tuple(sorted(found.values(), key=lambda one: not one.obeyed))


def _all(project: Path, root: Path) -> Iterator[Finding]:
    settings = find_settings(project)
    if settings is not None:
        yield settings
    yield from find_checks(project, project)
    if root != project:
        yield from find_checks(project, root)
    yield from find_git(project)
    yield from find_other(project)
