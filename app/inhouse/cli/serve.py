"""`inhouse serve`: the model of this machine for other programs."""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inhouse.cli.choosing import Folder, ModelName, ModelOptions, settings_for
from inhouse.cli.fail import fail
from inhouse.cli.options import takes
from inhouse.cli.project import root_of
from inhouse.cli.say import say
from inhouse.complain import complain
from inhouse.exit_codes import ExitCode

if TYPE_CHECKING:
    from inhouse.serving.listening import Listening
    from inhouse_models.chat import ModelInfo

ONLY_HERE = (
    "Without a token inhouse listens on this machine alone: leave out --no-token, or --host."
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(takes(ServeOptions, serve))


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What stood on the command line."""

    model: ModelName = None
    port: Annotated[
        int | None,
        typer.Option(
            "--port", metavar="N", min=0, max=65_535, help="Port, 0 for any that is free.  "
            "[default: 8391]", show_default=False,
        ),
    ] = None  # fmt: skip
    host: Annotated[
        str,
        typer.Option("--host", metavar="ADDRESS", help="Listen here; others let machines in."),
    ] = "127.0.0.1"
    token_file: Annotated[
        Path | None,
        typer.Option(
            "--token-file", metavar="FILE", help="Keep the token here.", show_default=False
        ),
    ] = None
    no_token: Annotated[
        bool, typer.Option("--no-token", help="Answer every program on this machine.")
    ] = False
    as_json: Annotated[
        bool, typer.Option("--json", help="One line of JSON when it is ready: url, token_file, …")
    ] = False
    folder: Folder = None


def serve(options: ServeOptions) -> None:
    """Let other programs ask the model of this machine.

    In the shapes of OpenAI (chat, completions, embeddings) and llama.cpp (/infill for llama.vim
    and llama.vscode). One engine answers them and everything else that inhouse does. Only
    programs with the token are answered, and only those of this machine; see docs/serving.md.
    """
    from inhouse.serving.access import read_token, token_path
    from inhouse.serving.listening import DEFAULT_PORT, is_loopback, listen
    from inhouse.serving.telling import OPEN_TO_ALL_HERE, OPEN_TO_OTHERS
    from inhouse_tools.refusal import Refusal

    if options.no_token and (options.token_file or not is_loopback(options.host)):
        fail(ONLY_HERE)
    token: str | Refusal | None = None
    path = None if options.no_token else (options.token_file or token_path()).expanduser()
    if path is not None:
        path = path.absolute()
        token = read_token(path)
    if isinstance(token, Refusal):
        fail(token.text)
    listening = listen(options.host, DEFAULT_PORT if options.port is None else options.port)
    if isinstance(listening, Refusal):
        fail(listening.text)
    if not listening.loopback:
        complain(OPEN_TO_OTHERS.format(listening.url))
    if token is None:
        complain(OPEN_TO_ALL_HERE)
    _run(options, listening, path, token)


def _run(
    options: ServeOptions, listening: "Listening", path: Path | None, token: str | None
) -> None:
    from inhouse.offline import present_confinement, unkept_promise
    from inhouse.output.progress import Detail, Progress
    from inhouse.output.result import encode_line
    from inhouse.serving.start import serve as serve_model
    from inhouse.serving.telling import Start

    settings = settings_for(root_of(options.folder), ModelOptions(model=options.model))
    live = sys.stderr.isatty()
    progress = Progress(sys.stderr, Detail.FULL, live=live, colour=live)

    def begun(info: "ModelInfo") -> None:
        progress.end()
        if promise := unkept_promise(settings):
            complain(promise)
        confined = present_confinement().enforced
        start = Start(listening.url, info.name, info.context_size, path, confined)
        if options.as_json:
            sys.stdout.write(encode_line(start.encode()))
        else:
            say(start.text())
        sys.stdout.flush()

    try:
        problem = asyncio.run(serve_model(settings, listening, token, begun, progress.step))
    except KeyboardInterrupt:
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    finally:
        listening.socket.close()
    if problem is not None:
        fail(problem.text, ExitCode.ENGINE)
