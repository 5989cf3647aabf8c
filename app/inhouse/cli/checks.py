"""`inhouse checks`: the linters, type checkers and tests of a project, and running them."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inhouse.cli.fail import fail
from inhouse.cli.project import root_of, settings_of, trust_folder
from inhouse.cli.say import say, say_json
from inhouse.cli.table import print_table
from inhouse.complain import complain
from inhouse.exit_codes import ExitCode
from inhouse.file_there import is_file
from inhouse.sanitise import sanitise_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inhouse.settings import Settings
    from inhouse_tools.checks.check import Check
    from inhouse_tools.checks.command import Run
    from inhouse_tools.checks.ground import Ground

group = typer.Typer(help="The project's own linters, type checkers and tests.")
RUN_SECONDS = 3_600.0
FolderOption = Annotated[
    Path | None, typer.Option("-C", "--cwd", metavar="DIR", help="Look at this folder.")
]


@dataclass(frozen=True, slots=True)
class Project:
    """A folder, its settings, and the checks that it names."""

    root: Path
    settings: "Settings"
    checks: "tuple[Check, ...]"
    servers: "list[Check]"


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="checks")


@group.callback(invoke_without_command=True)
def show(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    folder: FolderOption = None,
) -> None:
    """The checks that this project names, and which of them run after edits."""
    if context.invoked_subcommand is not None:
        return
    project = _open(folder)
    ground = asyncio.run(_ground(project))
    if as_json:
        say_json(_report(project, ground))
        return
    if not project.checks and not project.servers:
        typer.echo("No check is named here. Your own: [checks.NAME] in the settings.")
        return
    heads = ["CHECK", "KIND", "RUNS", "COMMAND", "NAMED BY"]
    rows = [
        [one.name, one.kind, _spell_when(project, one), one.line, one.source]
        for one in (*project.checks, *project.servers)
    ]
    print_table([heads, *rows])
    refused = ground.refusal()
    if refused:
        say(f"\n{refused.text}")


@group.command("run")
def run(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME] [FILES…]", help="One check; files to look at, else all."),
    ] = None,
    *,
    trust: Annotated[
        bool, typer.Option("--trust", help="Trust this folder from now on: run without sandbox.")
    ] = False,
    folder: FolderOption = None,
) -> None:
    """Run one check, or all that run after edits, and list what they find."""
    project = _open(folder, trusting=trust)
    ground = asyncio.run(_ground(project))
    refused = ground.refusal()
    if refused:
        fail(refused.text, ExitCode.BLOCKED)
    chosen, files = _choose(project, words or [])
    failed = False
    for check in chosen:
        failed = _run_one(check, files, ground) or failed
    raise typer.Exit(ExitCode.FAILED if failed else ExitCode.DONE)


def _open(folder: Path | None, *, trusting: bool = False) -> Project:
    from inhouse.checking import chosen_checks, servers_of

    root = root_of(folder)
    if trusting:
        trust_folder(root)
    resolved = settings_of(root)
    chosen = chosen_checks(root, resolved.settings)
    for notice in (*resolved.notices, *chosen.notices):
        complain(notice)
    return Project(root, resolved.settings, chosen.checks, servers_of(resolved.settings))


async def _ground(project: Project) -> "Ground":
    from inhouse.trust import is_trusted
    from inhouse_agent.folders import cache_folder, folder_of_root
    from inhouse_tools.checks.ground import Ground
    from inhouse_tools.sandbox import Sandbox, probe

    root = project.root
    settings = project.settings
    sandbox = Sandbox.off()
    if settings.sandbox != "off":
        sandbox = await probe(
            root, env_files=settings.sandbox_env_files, memory=settings.command_memory
        )
    return Ground(root, sandbox, is_trusted(root), folder_of_root(cache_folder(), root))


def _spell_when(project: Project, check: "Check") -> str:
    if not check.program and check not in project.servers:
        return "not installed"
    if check.when == "offered" or project.settings.run_checks == "off":
        return "when asked"
    return "after edits" if check.when == "edit" else "at the end"


def _report(project: Project, ground: "Ground") -> dict[str, object]:
    """Everything, for programs; `runs` says whether it runs by itself here."""
    from inhouse.checking import runs_itself

    on = project.settings.run_checks == "auto" and ground.refusal() is None
    rows = [
        {
            "name": check.name,
            "kind": check.kind,
            "command": list(check.argv),
            "files": list(check.files),
            "folder": check.folder or ".",
            "source": check.source,
            "program": check.program or None,
            "when": check.when,
            "configured": check.configured,
            "runs": on and runs_itself(check),
        }
        for check in project.checks
    ]
    servers = [
        {"name": one.name, "command": list(one.argv), "files": list(one.files), "runs": on}
        for one in project.servers
    ]
    return {
        "root": str(project.root),
        "run_checks": project.settings.run_checks,
        "sandbox": ground.sandbox.label,
        "trusted": ground.trusted,
        "checks": rows,
        "language_servers": servers,
    }


def _choose(project: Project, words: list[str]) -> "tuple[list[Check], list[str]]":
    """The checks to run and the files, relative to the root; none of these means all."""
    from inhouse.checking import runs_itself

    by_name = {check.name: check for check in project.checks}
    named = words[:1] if words and words[0] in by_name else []
    files = [_relative(project.root, word) for word in words[len(named) :]]
    if named:
        return [by_name[named[0]]], files
    chosen = [check for check in project.checks if check.when == "edit" and runs_itself(check)]
    if not chosen:
        fail("No check runs after edits here; `inhouse checks` lists those you can name.")
    return chosen, files


def _relative(root: Path, word: str) -> str:
    path = Path(word).expanduser().resolve()
    if not is_file(path):
        fail(f"There is no check and no file {word!r}; `inhouse checks` lists the checks.")
    if not path.is_relative_to(root):
        fail(f"{word} is outside of {root}.")
    return path.relative_to(root).as_posix()


def _run_one(check: "Check", files: "Sequence[str]", ground: "Ground") -> bool:
    """Run a check and print what it says; whether anything is wrong."""
    from inhouse_tools.checks.command import run_check
    from inhouse_tools.places.listing import list_files
    from inhouse_tools.refusal import Refusal

    units = check.units(files or list_files(ground.root).files)
    if not units:
        complain(f"{check.name}: none of the files concerns it.")
        return False
    result = asyncio.run(run_check(check, units, ground, RUN_SECONDS))
    if isinstance(result, Refusal):
        complain(result.text)
        return True
    _print_run(check, result)
    return bool(result.problems or result.exit_code)


def _print_run(check: "Check", run: "Run") -> None:
    """Its problems, one a line; the whole output when none was understood."""
    for one in run.problems:
        place = ":".join(str(part) for part in (one.file, one.line, one.column) if part)
        typer.echo(sanitise_line(f"{place}: {one.code} {one.text}".replace(":  ", ": ")))
    if not run.problems:
        for line in run.output.rstrip("\n").split("\n") if run.exit_code else ():
            typer.echo(sanitise_line(line))
    ending = f"{len(run.problems)} found" if run.problems else f"exit code {run.exit_code}"
    complain(f"{check.name}: {'passes' if not run.problems and not run.exit_code else ending}")
