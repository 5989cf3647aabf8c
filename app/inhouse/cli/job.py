"""One-shot work from the flags of a prompt: where, with which settings, shown how."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inhouse.cli.fail import fail
from inhouse.cli.flags import Flags, OutputFormat
from inhouse.cli.project import root_of, trust_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inhouse.build import Wish
    from inhouse.exit_codes import ExitCode
    from inhouse.oneshot import Act
    from inhouse.output.formats import Output
    from inhouse.output.progress import Progress
    from inhouse.output.result import Result
    from inhouse.wishing import Wanted
    from inhouse_agent.events import Event
    from inhouse_agent.permission import Mode as AgentMode


@dataclass(frozen=True, slots=True)
class Job:
    """What is worked with, and the flags that say how it is shown."""

    flags: Flags
    wish: "Wish"


@dataclass(frozen=True, slots=True)
class Overheard:
    """An output whose result somebody else hears as well."""

    output: "Output"
    hear: "Callable[[Result], None]"

    def show(self, event: "Event") -> None:
        """Pass it on."""
        self.output.show(event)

    def finish(self, result: "Result") -> None:
        """Pass it on, and tell."""
        self.output.finish(result)
        self.hear(result)


def ignore_result(_result: "Result") -> None:
    """Hear nothing."""


def prepare(flags: Flags) -> Job:
    """The job that the flags mean; ends the command when they mean none."""
    from inhouse.build import BuildProblem
    from inhouse.wishing import make_wish

    if flags.resume == "":
        fail("-r needs the ID of a session here: inhouse sessions list shows them; -c is the last.")
    wish = make_wish(wanted_by(flags, "auto-edit"))
    if isinstance(wish, BuildProblem):
        fail(wish.text)
    return Job(flags, wish)


def wanted_by(flags: Flags, default_mode: "AgentMode") -> "Wanted":
    """What the flags ask for, no setting read yet; ends the command when that cannot be."""
    from inhouse.wishing import Wanted

    root = root_of(flags.folder)
    for folder in flags.add_dir or []:
        root_of(folder)
    if flags.lora and flags.endpoint:
        fail("--lora is for inhouse's own engine; the server behind --endpoint loads its own.")
    if flags.offline is not None:
        # It is for what is started from here as well, such as a download.
        os.environ["INHOUSE_OFFLINE"] = str(flags.offline).lower()
    if flags.fork and not (flags.continued or flags.resume):
        fail("--fork needs -c or -r: which session is to be copied?")
    if flags.trust or flags.trust_once:
        trust_folder(root, once=not flags.trust)
    root, notices = _enter_worktree(flags, root)
    return Wanted(
        root,
        default_mode,
        given=flags.settings(),
        extra=tuple(folder.expanduser().resolve() for folder in flags.add_dir or []),
        latest=flags.continued,
        resume=flags.resume or "",
        fork=flags.fork,
        schema=_schema(flags),
        system_prompt=flags.system_prompt or "",
        append_system_prompt=flags.append_system_prompt or "",
        notices=notices,
    )


def perform(job: Job, act: "Act", hear: "Callable[[Result], None]" = ignore_result) -> "ExitCode":
    """Do it, and show it as the flags say; `hear` is told the result."""
    import asyncio

    from inhouse import oneshot
    from inhouse.build import build

    progress = progress_of(job.flags)
    output = Overheard(output_of(job.flags, progress), hear)
    return asyncio.run(
        oneshot.run(
            act,
            output,
            lambda show: build(job.wish, show, progress.step),
            structured=job.wish.schema is not None,
            notices=job.wish.notices,
        )
    )


def _enter_worktree(flags: Flags, root: Path) -> tuple[Path, tuple[str, ...]]:
    """The folder to work in when --worktree names another, and where that is."""
    if flags.worktree is None:
        return root, ()
    import asyncio

    from inhouse.worktrees import enter_worktree
    from inhouse_tools.refusal import Refusal

    opened = asyncio.run(enter_worktree(root, flags.worktree))
    if isinstance(opened, Refusal):
        fail(opened.text)
    return opened.root, (opened.notice,)


def _schema(flags: Flags) -> "Mapping[str, object] | None":
    """The schema of the answer, when one is wanted."""
    if flags.json_schema is None:
        return None
    from inhouse.prompts import PromptProblem, read_schema

    schema = read_schema(flags.json_schema)
    if isinstance(schema, PromptProblem):
        fail(schema.text)
    return schema


def progress_of(flags: Flags) -> "Progress":
    """Progress on standard error, in the detail that the flags want."""
    from inhouse.output.progress import progress_on

    return progress_on(sys.stderr, quiet=flags.quiet, verbose=flags.verbose)


def output_of(flags: Flags, progress: "Progress") -> "Output":
    """Where events and the result go, in the format that the flags want."""
    from inhouse.output.formats import Both, JsonOutput, StreamJsonOutput, TextOutput

    outputs = {
        OutputFormat.TEXT: TextOutput,
        OutputFormat.JSON: JsonOutput,
        OutputFormat.STREAM_JSON: StreamJsonOutput,
    }
    return Both(progress, outputs[flags.output_format]())
