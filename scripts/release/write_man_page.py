"""Writes inhouse(1) from the help of the command line, the settings and the table of places."""

import argparse
import datetime
import os
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from inhouse import __version__
from inhouse.cli import app
from inhouse.cli.tree import Node, tree_of
from inhouse.exit_codes import ExitCode
from inhouse.settings import KEYS
from inhouse.uninstalling.table import Base, bases

EXIT_WORDS = {
    ExitCode.DONE: "Done.",
    ExitCode.FAILED: "The task failed, or a command could not do what it was asked for.",
    ExitCode.USAGE: "The command line is wrong.",
    ExitCode.BLOCKED: "A call was denied and the task did not succeed.",
    ExitCode.LIMIT: "A limit was reached.",
    ExitCode.ENGINE: "There is no model, or the model or its engine failed.",
    ExitCode.INTERRUPTED: "Interrupted.",
}
LINE = 70
ESCAPES = (
    *(("\\", "\\e"), ("-", "\\-"), ("`", "\\(ga"), ("'", "\\(aq"), ("^", "\\(ha"), ("~", "\\(ti")),
    # A closing bracket at the end would be set apart.
    ("\\-)", "\\-\\&)"),
)
DESCRIPTION = (
    "inhouse opens a terminal UI for the folder it is started in, in which a model that runs on "
    "this machine reads the files, plans and makes changes, and runs commands. With a prompt it "
    "does one task and exits; what is piped in is read as well. Nothing leaves the machine."
)


def main(arguments: Sequence[str]) -> int:
    """Write the page to a file, or to standard output."""
    parser = argparse.ArgumentParser(prog="man-page", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="such as inhouse.1")
    chosen: Path | None = parser.parse_args(arguments).file
    if chosen is None:
        sys.stdout.write(man_page())
    else:
        chosen.parent.mkdir(parents=True, exist_ok=True)
        chosen.write_text(man_page(), encoding="utf-8")
    return 0


def man_page() -> str:
    """The page in mdoc(7). Its date is that of SOURCE_DATE_EPOCH, else of today."""
    tree = tree_of(app)
    return "\n".join((*_head(tree), *_commands(tree), *_tail())) + "\n"


def _head(tree: Node) -> Iterator[str]:
    seconds = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.datetime.fromtimestamp(int(seconds), datetime.UTC) if seconds else now
    yield f".Dd {day:%B} {day.day}, {day.year}"
    yield from (".Dt INHOUSE 1", f".Os inhouse {__version__}")
    yield from (".Sh NAME", ".Nm inhouse", ".Nd a coding agent that runs entirely on your machine")
    yield from (".Sh SYNOPSIS", ".Nm", ".Op Ar option ...", ".Op Ar prompt", ".Nm")
    yield from (".Ar command", ".Op Ar option ...", ".Op Ar argument ...")
    yield from (".Sh DESCRIPTION", *_text(DESCRIPTION))
    yield from (".Pp", "The options of a prompt:", *_options(tree["options"]))


def _commands(tree: Node) -> Iterator[str]:
    yield ".Sh COMMANDS"
    for name, node in sorted(tree["commands"].items()):
        yield from _command(name, node, tree["options"])


def _command(path: str, node: Node, of_prompt: Sequence[dict[str, Any]]) -> Iterator[str]:
    """A subsection for a command, and one for each command in it."""
    yield f".Ss {_escape(' '.join(('inhouse', path)))}"
    usage = [one["value"].partition(" <")[0] for one in node["arguments"]]
    for value in usage:
        yield f".Ar {_escape(value)}"
    if usage:
        yield ".Pp"
    yield from _text(node["text"])
    described = [one for one in node["arguments"] if one["help"]]
    if described:
        yield ".Bl -tag -width indent"
        for one in described:
            yield from (f".It Ar {_escape(one['value'].partition(' <')[0])}", *_text(one["help"]))
        yield ".El"
    if node["options"] and [one for one in of_prompt if one not in node["options"]] == []:
        yield from (".Pp", "It takes the options of a prompt.")
    else:
        yield from _options(node["options"])
    for name, inner in sorted(node["commands"].items()):
        yield from _command(f"{path} {name}", inner, of_prompt)


def _options(options: Iterable[dict[str, Any]]) -> Iterator[str]:
    shown = [one for one in options if one["names"] != ["-h", "--help"]]
    if not shown:
        return
    yield ".Bl -tag -width indent"
    for one in shown:
        names = " , ".join(f"Fl {_escape(name[1:])}" for name in one["names"])
        value = f" Ar {_escape(one['value'])}" if one["value"] else ""
        yield from (f".It {names}{value}", *_text(one["help"]))
    yield ".El"


def _tail() -> Iterator[str]:
    yield from (".Sh ENVIRONMENT", "Every setting can be given by a variable.")
    yield ".Bl -tag -width indent"
    for _name, key in sorted(KEYS.items()):
        yield from (f".It Ev {_escape(key.variable)}", *_text(f"{key.description}."))
    yield ".El"
    yield from (".Sh FILES", ".Bl -tag -width indent")
    for base in bases():
        if base.own:
            kinds = dict.fromkeys(kind.value for kind in base.table.values())
            yield from (f".It Pa {_escape(_spell(base))}", *_text(f"{', '.join(kinds)}."))
    yield ".El"
    yield from (".Sh EXIT STATUS", ".Bl -tag -width indent")
    for code, words in EXIT_WORDS.items():
        yield from (f".It {code.value}", *_text(words))
    yield from (".El", ".Sh EXAMPLES", "Open the terminal UI here.", ".Dl inhouse")
    yield from _example("inhouse -p 'fix the failing test' --verify 'pytest -q'", "Do one task.")
    yield from _example("git diff | inhouse ask 'what could break?'", "Ask about a change.")
    yield from (".Sh SEE ALSO", ".Xr bwrap 1 ,", ".Xr git 1")


def _example(command: str, meaning: str) -> Iterator[str]:
    yield from (".Pp", meaning, f".Dl {_escape(command)}")


def _spell(base: Base) -> str:
    """A folder as it is when no variable moves it."""
    place = str(base.folder).replace(str(Path.home()), "~", 1)
    return re.sub(r"^/tmp/inhouse-\d+$", "/tmp/inhouse-UID", place)


def _text(text: str) -> Iterator[str]:
    """Paragraphs of help, a line for each sentence, as formatters want them."""
    for place, paragraph in enumerate(re.split(r"\n\s*\n", text.strip())):
        if place:
            yield ".Pp"
        for sentence in re.split(r"(?<=[.!?:)]) +(?=[A-Z])", " ".join(paragraph.split())):
            # Escapes add to the length.
            lines = textwrap.wrap(sentence, LINE, break_long_words=False, break_on_hyphens=False)
            yield from map(_escape, lines)


def _escape(text: str) -> str:
    """Text that no formatter takes for a request, with dashes and quotes as they are typed."""
    for plain, escape in ESCAPES:
        text = text.replace(plain, escape)
    return f"\\&{text}" if text.startswith((".", "\\(aq")) else text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
