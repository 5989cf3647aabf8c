"""The flags of a prompt, declared once for `inhouse` and `inhouse run`."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inhouse.cli.choosing import (
    Endpoint,
    Folder,
    ModelName,
    Quiet,
    Trust,
    TrustOnce,
    Verbose,
    Verify,
)

if TYPE_CHECKING:
    from inhouse_tools.json_value import JsonValue


class Mode(StrEnum):
    """What goes ahead unasked."""

    PLAN = "plan"
    ASK = "ask"
    AUTO_EDIT = "auto-edit"
    YOLO = "yolo"


class OutputFormat(StrEnum):
    """What one-shot writes to standard output."""

    TEXT = "text"
    JSON = "json"
    STREAM_JSON = "stream-json"


@dataclass(frozen=True, slots=True)
class Flags:
    """What stood on the command line; None and False mean: not given."""

    words: Annotated[list[str] | None, typer.Argument(metavar="[PROMPT]", hidden=True)] = None
    prompt: Annotated[
        str | None,
        typer.Option("-p", "--print", metavar="TEXT", help="Answer this one prompt, then exit."),
    ] = None
    continued: Annotated[
        bool, typer.Option("-c", "--continue", help="Go on with the last session of this folder.")
    ] = False
    resume: Annotated[
        str | None,
        typer.Option("-r", "--resume", metavar="[ID]", help="Go on with this session."),
    ] = None
    fork: Annotated[
        bool, typer.Option("--fork", help="With -c or -r: leave that session, go on in a copy.")
    ] = False
    model: ModelName = None
    lora: Annotated[
        list[str] | None,
        typer.Option(
            "--lora", metavar="PATH[:SCALE]", help="Answer with this LoRA adapter; may be repeated."
        ),
    ] = None
    endpoint: Endpoint = None
    offline: Annotated[
        bool | None,
        typer.Option(
            "--offline/--no-offline",
            help="Cut off from the network at once, or never; else once a model here answers.",
            show_default=False,
        ),
    ] = None
    mode: Annotated[
        Mode | None,
        typer.Option("--mode", "--permission-mode", help="What goes ahead unasked."),
    ] = None
    yolo: Annotated[
        bool, typer.Option("-y", "--yolo", help="Same as --mode yolo: everything goes ahead.")
    ] = False
    output_format: Annotated[
        OutputFormat, typer.Option("--output-format", help="What goes to standard output.")
    ] = OutputFormat.TEXT
    json_schema: Annotated[
        str | None,
        typer.Option(
            "--json-schema", metavar="JSON|FILE", help="The answer is one JSON value like this."
        ),
    ] = None
    plan: Annotated[
        str | None,
        typer.Option(
            "--plan", metavar="FILE", help="Carry out this plan (- is stdin) instead of a prompt."
        ),
    ] = None
    verify: Verify = None
    max_turns: Annotated[
        int | None, typer.Option("--max-turns", metavar="N", help="Stop after N model answers.")
    ] = None
    timeout: Annotated[
        float | None, typer.Option("--timeout", metavar="SECONDS", help="Stop after this time.")
    ] = None
    think: Annotated[
        bool | None,
        typer.Option("--think/--no-think", help="Let the model think first.", show_default=False),
    ] = None
    add_dir: Annotated[
        list[Path] | None,
        typer.Option("--add-dir", metavar="DIR", help="Another folder it may read and write."),
    ] = None
    folder: Folder = None
    worktree: Annotated[
        str | None,
        typer.Option("--worktree", metavar="NAME", help="Work in a git worktree of this name."),
    ] = None
    system_prompt: Annotated[
        str | None,
        typer.Option("--system-prompt", metavar="TEXT", help="Replace the system prompt."),
    ] = None
    append_system_prompt: Annotated[
        str | None,
        typer.Option("--append-system-prompt", metavar="TEXT", help="Add to the system prompt."),
    ] = None
    trust: Trust = False
    trust_once: TrustOnce = False
    plain: Annotated[
        bool,
        typer.Option("--plain", help="Plain lines instead of the UI, as for screen readers."),
    ] = False
    quiet: Quiet = False
    verbose: Verbose = False

    version: Annotated[bool, typer.Option("--version", help="Show the version, then exit.")] = False

    def settings(self) -> "dict[str, JsonValue]":
        """The flags that override settings, by the name of the setting."""
        mode = Mode.YOLO if self.yolo else self.mode
        given: dict[str, JsonValue] = {
            "model": self.model,
            "lora": None if self.lora is None else [*self.lora],
            "endpoint": self.endpoint,
            "offline": self.offline,
            "mode": mode and mode.value,
            "verify": self.verify,
            "max_turns": self.max_turns,
            "timeout": self.timeout,
            "think": self.think,
        }
        return {name: value for name, value in given.items() if value is not None}
