"""The command line: what is typed, turned into one call of the code that does it."""

import typer

from inhouse.cli import config, doctor, engine, instructions, models, prompt, sessions
from inhouse.cli.root import Root

app = typer.Typer(
    name="inhouse",
    cls=Root,
    help="A coding agent that runs entirely on your own machine.",
    epilog="Exit codes: 0 done, 1 failed, 2 usage, 3 blocked by a denied call, 4 limit reached, "
    "5 no model or engine error, 130 interrupted. Shell completion: inhouse --install-completion.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
for part in (prompt, models, engine, sessions, config, doctor, instructions):
    part.register(app)


def run() -> None:
    """Run what stands on the command line; ends with SystemExit."""
    app(prog_name="inhouse")
