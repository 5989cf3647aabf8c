"""Analyses a command line: read, unwrapped and judged against the workspace."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from inhouse_tools.shell.analysis import Analysis, Grade, SimpleCommand
from inhouse_tools.shell.commands import Command, Reading
from inhouse_tools.shell.judging import STRENGTH, Judged, judge
from inhouse_tools.shell.network import wants_network
from inhouse_tools.shell.places import Ground
from inhouse_tools.shell.programs import MOVING
from inhouse_tools.shell.reading import MAX_COMMANDS, read_commands
from inhouse_tools.shell.scripts import MOST_SCRIPTS, Script, scripts_of
from inhouse_tools.shell.wrapping import within

MOST_WITHIN: Final = 6
"""How many commands may be wrapped around each other before nobody can tell what runs."""
MOST_PATHS: Final = 1_000
READS: Final = "it only reads inside the folder"
EMPTY: Final = "it is empty"


@dataclass(slots=True)
class _Sum:
    """What was found so far; `judged` counts what was looked at, at every depth."""

    ground: Ground
    grade: Grade = "reads"
    reason: str = READS
    commands: list[SimpleCommand] = field(default_factory=list[SimpleCommand])
    scripts: dict[Script, None] = field(default_factory=dict[Script, None])
    paths: dict[Path, None] = field(default_factory=dict[Path, None])
    network: bool = False
    dynamic: bool = False

    def raise_to(self, grade: Grade, reason: str) -> None:
        if STRENGTH[grade] > STRENGTH[self.grade]:
            self.grade, self.reason = grade, reason


def analyse(command: str, root: Path, extra: Sequence[Path] = ()) -> Analysis:
    """What a command line would do, run by bash in `root`.

    `root` and the further folders of the workspace are resolved. Files are looked at, nothing is
    run. It takes well below two milliseconds for what people and models write.
    """
    found = _Sum(Ground(root, tuple(extra), root))
    reading = read_commands(command, str(root))
    if not command.strip():
        found.raise_to("runs", EMPTY)
    _take_reading(reading, found, depth=0)
    if len(found.commands) > MAX_COMMANDS:
        found.raise_to("unclear", f"it holds more than {MAX_COMMANDS} commands")
    listed = not reading.unclear and not reading.beyond
    return Analysis(
        found.grade,
        found.reason,
        tuple(found.commands),
        tuple(found.scripts)[:MOST_SCRIPTS],
        found.network,
        tuple(found.paths),
        listed,
        found.dynamic,
    )


def _take_reading(reading: Reading, found: _Sum, *, depth: int) -> None:
    for reason in reading.unclear:
        found.dynamic = True
        found.raise_to("unclear", reason)
    moves_surely = not reading.joints & {"||", "&"}
    for command in reading.commands:
        _take(command, found, depth=depth)
        _move(command, found, surely=moves_surely)
    for reason in reading.beyond:
        found.raise_to("runs", reason)


def _take(command: Command, found: _Sum, *, depth: int) -> None:
    many = len(found.commands) > MAX_COMMANDS
    judged = Judged("unclear") if many else judge(command, found.ground)
    inside = within(command)
    words = tuple(word.text if word.known else word.raw for word in command.words)
    dynamic = judged.dynamic or bool(inside.unclear)
    found.dynamic = found.dynamic or dynamic
    simple = SimpleCommand(
        command.text,
        words,
        judged.grade,
        inner=depth > 0 or command.nested,
        plain=judged.plain,
        odd=judged.odd,
        dynamic=dynamic,
    )
    found.commands.append(simple)
    found.raise_to(judged.grade, judged.reason)
    found.network = found.network or wants_network(words)
    if not many:
        _note_files(command, found)
    if inside.unclear:
        found.raise_to("unclear", inside.unclear)
    if not inside.words and not inside.lines:
        return
    if depth >= MOST_WITHIN or len(found.commands) > 2 * MAX_COMMANDS:
        found.raise_to("unclear", "too many commands are wrapped around each other in it")
        found.dynamic = True
        return
    for part in inside.words:
        text = " ".join(word.raw for word in part)
        inner = Command(text, part, fed=command.fed, feed=command.feed, nested=True)
        _take(inner, found, depth=depth + 1)
    for line in inside.lines:
        found.raise_to("runs", "a shell would run one of its words")
        _take_reading(read_commands(line, str(found.ground.root)), found, depth=depth + 1)


def _note_files(command: Command, found: _Sum) -> None:
    """The scripts that it would run, and the files that its words may mean."""
    found.scripts |= dict.fromkeys(scripts_of(command.words, found.ground))
    targets = [one.target for one in command.redirects if one.target is not None]
    for word in dict.fromkeys((*command.words[1:], *targets)):
        if len(found.paths) >= MOST_PATHS:
            break
        texts = [word.text]
        if word.text.startswith("-"):
            texts = [word.text.partition("=")[2], word.text[2:]]
        for text in texts:
            path = found.ground.path_of(text) if word.known and text else None
            if path is not None:
                found.paths[path] = None


def _move(command: Command, found: _Sum, *, surely: bool) -> None:
    """Where the commands behind `cd` stand; None when that is not sure."""
    words = command.words
    if not words or words[0].text not in MOVING:
        return
    here: Path | None = None
    if surely and not command.nested and not command.piped and len(words) == 2:
        target = found.ground.path_of(words[1].text) if words[1].known else None
        if target is not None and words[0].text == "cd" and target.is_dir():
            here = target
    found.ground = replace(found.ground, current=here)
