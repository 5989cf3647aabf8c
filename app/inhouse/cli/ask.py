"""`inhouse ask` and `inhouse explain`: an answer on standard output, and nothing is changed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from inhouse.cli.choosing import WorkOptions
from inhouse.cli.fail import fail
from inhouse.cli.flags import Flags, Mode, OutputFormat
from inhouse.cli.options import takes
from inhouse.cli.prompt import print_answer

if TYPE_CHECKING:
    from inhouse.filtering.buffer import Buffer

MOST_CHARACTERS = 12_000


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("ask")(takes(AskOptions, ask))
    app.command("explain")(takes(ExplainOptions, explain))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering(WorkOptions):
    """How an answer is made and written."""

    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False

    def prompt_flags(self) -> Flags:
        """A prompt that may read, and is denied whatever would be asked for."""
        return Flags(
            model=self.model,
            endpoint=self.endpoint,
            folder=self.folder,
            mode=Mode.ASK,
            output_format=OutputFormat.JSON if self.as_json else OutputFormat.TEXT,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AskOptions(Answering):
    """What stood on the command line."""

    words: Annotated[list[str] | None, typer.Argument(metavar="QUESTION", show_default=False)] = (
        None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainOptions(Answering):
    """What stood on the command line."""

    place: Annotated[str, typer.Argument(metavar="FILE:LINE[-LINE]", show_default=False)] = ""


def ask(options: AskOptions) -> None:
    """Answer a question about this folder, and about what is piped in; nothing is changed."""
    print_answer(options.prompt_flags(), " ".join(options.words or []))


def explain(options: ExplainOptions) -> None:
    """Explain what stands at a line: the function or class around it, or the lines given."""
    from inhouse.filtering.buffer import read_buffer
    from inhouse.filtering.place import read_place
    from inhouse_tools.refusal import Refusal

    place = read_place(options.place)
    if isinstance(place, str):
        fail(place)
    buffer = read_buffer(place)
    if isinstance(buffer, Refusal):
        fail(buffer.text)
    print_answer(options.prompt_flags(), _question(buffer))


def _question(buffer: "Buffer") -> str:
    """What to explain, with its text, so that nothing has to be read first."""
    from inhouse_tools.syntax import enclosing

    source = buffer.result(buffer.text).encode()
    first = buffer.before.count("\n") + 1
    what, text = f"line {first} of {buffer.name}", buffer.text
    symbol = enclosing(buffer.name, source, first) if buffer.whole else None
    if symbol is not None and buffer.text.count("\n") <= 1:
        lines = buffer.result(buffer.text).split("\n")
        what = f"{symbol.name} in {buffer.name}, above all its line {first}"
        text = "\n".join(lines[symbol.start_line - 1 : symbol.end_line]) + "\n"
    elif buffer.text.count("\n") > 1:
        last = first + buffer.text.removesuffix("\n").count("\n")
        what = f"lines {first} to {last} of {buffer.name}"
    if len(text) > MOST_CHARACTERS:
        text = text[:MOST_CHARACTERS] + "\n…\n"
    fence = "```"
    while fence in text:
        fence += "`"
    return f"Explain {what}: what it does, and why.\n\n{fence}\n{text}{fence}"
