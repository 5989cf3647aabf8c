"""A project's checks as the settings want them, for a session and for the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from inhouse.settings import CheckSetting, Settings
from inhouse.trust.identity import project_folder
from inhouse.trust.standing import Standing, standing_of
from inhouse_agent.checking import Checking, Found
from inhouse_tools.checks.check import Check
from inhouse_tools.checks.command import CommandChecker, CommandTest
from inhouse_tools.checks.detect import detect
from inhouse_tools.checks.ground import Ground
from inhouse_tools.checks.lsp.checker import LanguageServer, language_server
from inhouse_tools.checks.own import SETTINGS, Chosen, OwnCheck, choose
from inhouse_tools.tool import Workspace

if TYPE_CHECKING:
    from inhouse_tools.checks.checker import Checker

NOT_RUN = "Not run after edits: {}. {}"
DISTRUSTED = (
    "The project says how they run, and you have not agreed to that: `inhouse trust --show` says "
    "what it is, `inhouse trust` (or --trust) agrees."
)


def checking_of(
    settings: Settings, workspace: Workspace, notice: Callable[[str], None], *, guided: bool
) -> Checking:
    """What watches the edits of a session.

    A `guided` model is tuned by measuring: it hears only of what the person has set up.
    """
    root = workspace.root
    standing = standing_of(root)
    ground = Ground(root, workspace.sandbox, standing.trusted, workspace.cache)

    def find() -> Found:
        if settings.run_checks == "off":
            return Found()
        chosen = chosen_checks(root, settings)
        wanted = [one for one in chosen.checks if one.configured or not guided]
        agreed = [one for one in wanted if is_agreed(one, root, standing)]
        held = [one.name for one in wanted if one not in agreed and one.source and runs_itself(one)]
        servers = servers_of(settings)
        if servers and not standing.trusted:
            # A language server obeys the project's own configuration.
            held += [one.name for one in servers]
            servers = []
        notices = [*chosen.notices]
        if held:
            notices.append(NOT_RUN.format(", ".join(held), DISTRUSTED))
        return _found(ground, agreed, servers, tuple(notices))

    return Checking(find, notice, settings.checks_seconds)


def chosen_checks(root: Path, settings: Settings) -> Chosen:
    """What the project names and what the person has set up, by name."""
    own = {name: _own(wish) for name, wish in settings.checks.items()}
    return choose(detect(root), own)


def is_agreed(check: Check, root: Path, standing: Standing) -> bool:
    """Whether the person has agreed to this check: it is their own, or the project's and as it was
    when they trusted it."""
    from inhouse.trust.found_checks import finding_of

    if check.source == SETTINGS:
        return True
    if not check.source:
        # No project names it, but its program may lie in one.
        return standing.trusted
    return standing.obeys(finding_of(check, project_folder(root), root.resolve()))


def servers_of(settings: Settings) -> list[Check]:
    """The language servers that the person has set up."""
    return [
        language_server(name, wish.command, wish.files)
        for name, wish in settings.language_servers.items()
    ]


def runs_itself(check: Check) -> bool:
    """Whether a check runs without being asked for, where checks may run."""
    return check.when != "offered" and bool(check.program)


def _own(wish: CheckSetting) -> OwnCheck:
    return OwnCheck(wish.command, wish.files, "offered" if wish.when == "off" else wish.when)


def _found(
    ground: Ground, checks: list[Check], servers: list[Check], notices: tuple[str, ...]
) -> Found:
    # A server that is set up for what a program would check is much the quicker of the two.
    served = {one.name for one in servers}
    running = [one for one in checks if runs_itself(one) and one.name not in served]
    absent = [
        f"{one.argv[0]}, which runs the check {one.name}, is not installed."
        for one in checks
        if one.configured and one.when != "offered" and not one.program
    ]
    notices = (*notices, *absent)
    refused = ground.refusal()
    if refused:
        names = ", ".join(one.name for one in (*running, *servers))
        return Found(notices=(*notices, NOT_RUN.format(names, refused.text)) if names else notices)
    at_end = [one for one in running if one.when == "end" and one.kind == "test"]
    checkers: list[Checker]
    checkers = [CommandChecker(one, ground) for one in running if one not in at_end]
    checkers += [LanguageServer(one, ground) for one in servers]
    return Found(checkers, [CommandTest(one, ground) for one in at_end], notices)
