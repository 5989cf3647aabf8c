"""`inhouse permission`: what would go ahead unasked, and the rules that decide it."""

import asyncio
import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from inhouse.cli.fail import fail
from inhouse.cli.flags import Mode
from inhouse.cli.project import root_of, settings_of
from inhouse.cli.say import say, say_json
from inhouse.cli.table import print_table
from inhouse.complain import complain
from inhouse.exit_codes import ExitCode
from inhouse.sanitise import escape_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from inhouse.sources import Resolved
    from inhouse_agent.events import Verdict
    from inhouse_agent.permission import Judgement, Policy
    from inhouse_tools.tool import Access

STDIN = "-"
MAX_LINE = 1_000_000
"""Bytes of a line of standard input; what is longer is answered with an error and not kept."""
CODES: "dict[Verdict, ExitCode]" = {
    "allow": ExitCode.DONE,
    "ask": ExitCode.FAILED,
    "deny": ExitCode.BLOCKED,
}


class SandboxChoice(StrEnum):
    """Whether commands are held back by what this machine has."""

    AUTO = "auto"
    NONE = "none"


group = typer.Typer(help="What goes ahead unasked, and why.", no_args_is_help=True)
FolderOption = Annotated[
    Path | None, typer.Option("-C", "--cwd", metavar="DIR", help="Judge for this folder.")
]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="permission")


@group.command(
    "check",
    epilog="Exit codes: 0 it goes ahead, 1 it would ask, 3 it is denied, 2 usage. With -, a line "
    '{"command": …} is answered by a line {"verdict": "allow|ask|deny", "reason": …}, one that is '
    'none by {"error": …}; then 0 means that every line was judged, else 2.',
)
def check(
    command: Annotated[
        str, typer.Argument(metavar="(COMMAND | -)", help="One command line; - reads JSON lines.")
    ],
    *,
    mode: Annotated[Mode, typer.Option("--mode", help="Judge as in this mode.")] = Mode.ASK,
    sandbox: Annotated[
        SandboxChoice, typer.Option("--sandbox", help="The sandbox that is here, or none.")
    ] = SandboxChoice.AUTO,
    folder: FolderOption = None,
    as_json: Json = False,
) -> None:
    """Say whether a command would go ahead, ask or be denied. Nothing is run."""
    root = root_of(folder)
    policy = _policy(root, _resolve(root), mode, sandbox)

    def judge(line: str) -> "tuple[Judgement, Access]":
        from inhouse_tools.shell import analyse
        from inhouse_tools.tool import Access

        access = Access("run", line, preview=line, analysis=analyse(line, root))
        return policy.judge("bash", (access,)), access

    if command == STDIN:
        raise typer.Exit(_answer_lines(judge))
    judgement, access = judge(command)
    if as_json:
        say_json(_report(judgement, access))
    else:
        say(f"{judgement.verdict}: {judgement.reason}")
    raise typer.Exit(CODES[judgement.verdict])


@group.command("rules")
def rules(*, as_json: Json = False, folder: FolderOption = None) -> None:
    """List the rules in force and where each comes from."""
    from inhouse.live.rules_in_force import rules_in_force

    root = root_of(folder)
    resolved = _resolve(root)
    found = rules_in_force(_read(root, resolved), resolved.settings, root)
    if as_json:
        say_json(
            [
                {
                    "verdict": one.says,
                    "rule": str(one.rule),
                    "source": one.source,
                    "file": str(one.file) if one.file else None,
                }
                for one in found
            ]
        )
        return
    if not found:
        say("There are no rules. Add one: inhouse config set rules.allow '[\"bash(git status*)\"]'")
        return
    rows = [["SAYS", "RULE", "FROM"]]
    rows += [[one.says, str(one.rule), str(one.file or one.source)] for one in found]
    print_table(rows)


def _resolve(root: Path) -> "Resolved":
    resolved = settings_of(root)
    for notice in resolved.notices:
        complain(notice)
    return resolved


def _read(root: Path, resolved: "Resolved") -> "Policy":
    from inhouse.policy import read_policy
    from inhouse_agent.rules import RuleProblem

    policy = read_policy(resolved.settings, "ask", root)
    if isinstance(policy, RuleProblem):
        fail(policy.text)
    return policy


def _policy(root: Path, resolved: "Resolved", mode: Mode, sandbox: SandboxChoice) -> "Policy":
    from dataclasses import replace

    from inhouse.policy import held_by
    from inhouse_tools.sandbox import Sandbox, probe

    policy = replace(_read(root, resolved), mode=mode.value)
    if sandbox is SandboxChoice.NONE:
        return held_by(policy, Sandbox.none("as you asked"))
    if resolved.settings.sandbox == "off":
        return held_by(policy, Sandbox.off())
    return held_by(policy, asyncio.run(probe(root)))


def _report(judgement: "Judgement", access: "Access") -> dict[str, object]:
    analysis = access.analysis
    report: dict[str, object] = {"verdict": judgement.verdict, "reason": judgement.reason}
    if analysis is not None:
        report["grade"] = analysis.grade
        report["network"] = analysis.network
        report["scripts"] = [one.path for one in analysis.scripts]
    return report


def _answer_lines(judge: "Callable[[str], tuple[Judgement, Access]]") -> ExitCode:
    """One line out for every line in, at once."""
    code = ExitCode.DONE
    number = 0
    while raw := sys.stdin.buffer.readline(MAX_LINE + 1):
        number += 1
        problem = ""
        if len(raw) > MAX_LINE and not raw.endswith(b"\n"):
            _skip_line()
            problem = f"it is longer than {MAX_LINE:,} bytes"
        command = None if problem else _command_of(raw)
        if command is None:
            code = ExitCode.USAGE
            problem = problem or 'it is no JSON object with a text "command"'
            answer: dict[str, object] = {"error": f"Line {number} was not judged: {problem}."}
        else:
            judgement, _access = judge(command)
            answer = {"verdict": judgement.verdict, "reason": judgement.reason}
        sys.stdout.write(escape_json(json.dumps(answer)) + "\n")
        sys.stdout.flush()
    return code


def _skip_line() -> None:
    """Read to the end of a line without keeping it."""
    while (piece := sys.stdin.buffer.readline(MAX_LINE)) and not piece.endswith(b"\n"):
        pass


def _command_of(raw: bytes) -> str | None:
    """The command that a line asks about; None when it is none."""
    try:
        value: object = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    command = cast("dict[str, object]", value).get("command")
    return command if isinstance(command, str) else None
