"""The tool that runs a shell command."""

from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from inhouse_tools import process
from inhouse_tools.documentation import page
from inhouse_tools.recorded import recorded_command
from inhouse_tools.refusal import Refusal
from inhouse_tools.text import cut, plain
from inhouse_tools.tool import Access, Output, Tool, Workspace

SHELLS = ("/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash")
DEFAULT_SECONDS = 120
MAX_SECONDS = 1800
CHANGED = "Not run: {} changed after the command was allowed. Call it again."


class BashArgs(BaseModel):
    """A command line and how long it may take."""

    model_config = ConfigDict(extra="forbid")

    command: str
    timeout: int = Field(DEFAULT_SECONDS, ge=1, le=MAX_SECONDS, description="seconds")


def access(args: BashArgs, workspace: Workspace) -> tuple[Access, ...]:
    """The command, exactly as it would run, and what can be told of it before."""
    from inhouse_tools.shell import analyse

    analysis = analyse(args.command, workspace.root, workspace.extra)
    return (Access("run", args.command, preview=args.command, analysis=analysis),)


async def run(args: BashArgs, workspace: Workspace) -> Output:
    """Run the command in the project's folder; the answer ends with its exit code."""
    if "\0" in args.command:
        return Output("A command cannot hold a NUL character.", failed=True)
    if not args.command.strip():
        return Output("command is empty.", failed=True)
    argv = [_shell(), "--noprofile", "--norc", "-c", args.command]
    async with recorded_command(workspace):
        changed = _changed(workspace)
        if changed:
            return Output(CHANGED.format(changed), failed=True)
        async with _watch(args.command, workspace) as watch:
            result = await process.run(
                _wrapped(argv, args.command, workspace),
                cwd=workspace.root,
                timeout=args.timeout,
                show=workspace.progress,
                watch=watch,
            )
    if isinstance(result, Refusal):
        return result.output()
    text = plain(result.output).rstrip("\n")
    shown = cut(text, workspace.max_output_chars)
    if not shown.whole:
        handle = workspace.handles.keep(text)
        text = shown.with_note(f"Read {handle} with offset={shown.first_line}")
    ending = _ending(result, args.timeout)
    return Output(
        f"{text}\n{ending}" if text else ending,
        show={
            "exit_code": result.exit_code,
            "seconds": round(result.seconds, 3),
            "cut": shown.lines,
        },
        failed=result.exit_code != 0 or result.timed_out or result.closed,
    )


def _watch(command: str, workspace: Workspace) -> AbstractAsyncContextManager[process.Watch | None]:
    return workspace.open_watch(command) if workspace.open_watch else nullcontext()


def _changed(workspace: Workspace) -> str:
    """The scripts that are no longer what they were when the command was judged."""
    if not workspace.scripts:
        return ""
    from inhouse_tools.shell import changed_scripts

    return ", ".join(changed_scripts(workspace.scripts, workspace.root))


def _wrapped(argv: list[str], command: str, workspace: Workspace) -> tuple[str, ...]:
    """The command inside of the sandbox, with the network that was granted for it.

    What only reads is held to that: the folder is read-only, so no missing place has to be held.
    """
    from inhouse_tools.shell import analyse

    sandbox = workspace.sandbox
    if sandbox.holds and analyse(command, workspace.root, workspace.extra).grade == "reads":
        sandbox = replace(sandbox, reading=True)
    if workspace.network is None:
        return sandbox.wrap(argv)
    return sandbox.wrap(argv, workspace.network)


def _shell() -> str:
    return next((shell for shell in SHELLS if Path(shell).exists()), "bash")


def _ending(result: process.Result, seconds: int) -> str:
    if result.timed_out:
        return f"[stopped: it ran longer than {seconds} seconds]"
    if result.closed:
        return "[stopped: the person closed its terminal]"
    if result.flooded:
        return "[stopped: it wrote too much output]"
    if result.exit_code < 0:
        return f"[ended by signal {-result.exit_code}]"
    return f"[exit code {result.exit_code}]"


TOOL = Tool("bash", page("bash").description, BashArgs, access, run, page("bash").brief)
