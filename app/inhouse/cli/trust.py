"""`inhouse trust`: which folders are obeyed, and what they bring along."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from inhouse.cli.fail import fail
from inhouse.cli.project import root_of
from inhouse.cli.root import HELP
from inhouse.cli.say import say, say_json
from inhouse.cli.table import print_table
from inhouse.complain import complain
from inhouse.exit_codes import ExitCode

if TYPE_CHECKING:
    from inhouse.trust.entry import Entry
    from inhouse.trust.finding import Finding
    from inhouse.trust.standing import Standing

HERE = "here"
NEVER = "{} is never trusted, and nobody is asked about it. To take that back: inhouse trust remove"
NOT_LISTED = "Nothing was decided about {}. `inhouse trust list` shows what was."


class FolderOrCommand(TyperGroup):
    """A group that gives everything which is not a subcommand to the command about a folder.

    The contexts are of a class that typer keeps private, hence Any.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Choose by the first word."""
        known = self.commands.keys() | HELP
        if not ctx.resilient_parsing and not (args and args[0] in known):
            args = ["--help"] if not HELP.isdisjoint(args) else [HERE, *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The help of the group lists the options of that command."""
        self.commands[HERE].format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """What may follow the name."""
        del ctx
        return ["[OPTIONS]", "[FOLDER | COMMAND ...]"]

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Subcommands and the options of that command."""
        options = self.commands[HERE].shell_complete(ctx, incomplete)
        return [*super().shell_complete(ctx, incomplete), *options]


group = typer.Typer(
    cls=FolderOrCommand,
    help="Obey what a folder brings along: its settings, checks and git programs.",
)
FolderArgument = Annotated[
    Path | None, typer.Argument(metavar="FOLDER", help="Else the current one.")
]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="trust")


@group.command(HERE, hidden=True)
def trust_here(
    folder: FolderArgument = None,
    *,
    show: Annotated[
        bool, typer.Option("--show", help="Only list what is there and what it would do.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Trust a repository with what it brings along now; what changes later is asked anew."""
    from inhouse.trust import trust
    from inhouse.trust.report import report_of
    from inhouse.trust.standing import standing_of
    from inhouse.trust.survey import survey

    root = root_of(folder)
    found = survey(root)
    if not show:
        _keep(lambda: trust(root, found))
    standing = standing_of(root)
    if as_json:
        say_json(_report(root, standing, found))
    else:
        say(report_of(root, standing, found))


@group.command("list")
def list_all(*, as_json: Json = False) -> None:
    """What you have decided, folder by folder."""
    from inhouse.trust.trust_list import read_list

    known = read_list()
    if known.problem:
        complain(known.problem)
    entries = sorted(known.entries.values(), key=lambda entry: entry.path)
    if as_json:
        say_json(
            [
                {"path": one.path, "decision": one.decision, "holds": not _void(one)}
                for one in entries
            ]
        )
    elif entries:
        print_table([["DECISION", "FOLDER", ""], *([*_row(entry)] for entry in entries)])
    else:
        say("Nothing was decided about any folder.")


@group.command("deny")
def deny_folder(folder: FolderArgument = None) -> None:
    """Never obey a folder, nor ask; it may lie inside of a trusted one."""
    from inhouse.trust import deny

    root = root_of(folder)
    _keep(lambda: deny(root))
    say(NEVER.format(root))


@group.command("remove")
def remove(folder: Annotated[Path, typer.Argument(metavar="FOLDER")]) -> None:
    """Take back what was decided about a folder; it need not be there any more."""
    from inhouse.trust.deciding import forget
    from inhouse.trust.trust_list import read_list

    path = str(folder.expanduser().resolve())
    if path not in read_list().entries:
        fail(NOT_LISTED.format(path), ExitCode.FAILED)
    _keep(lambda: forget(path))
    say(f"forgot {path}")


def _keep(change: Callable[[], str]) -> None:
    """Do it, and say what the person should know; ends the command when it cannot be kept."""
    try:
        said = change()
    except OSError as problem:
        _fail_to_keep(problem)
    if said:
        complain(said)


def _fail_to_keep(problem: OSError) -> NoReturn:
    fail(f"What you decided cannot be kept: {problem.strerror or problem}", ExitCode.FAILED)


def _report(root: Path, standing: "Standing", found: "tuple[Finding, ...]") -> dict[str, object]:
    return {
        "root": str(root),
        "decision": standing.answer,
        "place": str(standing.place) if standing.place else None,
        "findings": [
            {
                "kind": one.kind,
                "file": one.file,
                "effects": list(one.effects),
                "obeyed": standing.obeys(one),
                "would_be": one.obeyed,
            }
            for one in found
        ],
    }


def _row(entry: "Entry") -> tuple[str, str, str]:
    return entry.decision, entry.path, "void: another folder is there now" if _void(entry) else ""


def _void(entry: "Entry") -> bool:
    from inhouse.trust.identity import identity_of

    return entry.decision == "trusted" and identity_of(Path(entry.path)) != entry.identity
