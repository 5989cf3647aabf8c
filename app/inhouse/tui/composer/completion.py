"""What could be meant by the word at the cursor: a file, a symbol, a command, a shell command."""

import asyncio
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, Literal

from textual.content import Content

from inhouse.sanitise import sanitise_line
from inhouse.tui import text
from inhouse.tui.composer.choices import Choice
from inhouse.tui.composer.finder import Finder
from inhouse.tui.composer.fuzzy import Match, match_name
from inhouse.tui.composer.sources import ComposerSources, SymbolChoice

if TYPE_CHECKING:
    from inhouse.tui.commands.command import SlashCommand

MOST_CHOICES: Final = 50
MOST_QUERY: Final = 200
MUTED: Final = "$foreground-muted"
MENTION: Final = re.compile(r"(?:^|(?<=[\s(\[{\"'`]))@([^\s@]*)$")
COMMAND: Final = re.compile(r"/([\w-]*)$")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A word that could be completed: from column `start` of the cursor's line to the cursor."""

    kind: Literal["mention", "command", "shell"]
    query: str
    start: int


def wanted_at(lines: Sequence[str], row: int, column: int) -> Wanted | None:
    """What could be completed at a place in the text."""
    before = lines[row][:column]
    if row == 0 and (command := COMMAND.fullmatch(before)):
        return Wanted("command", command[1], 0)
    mention = MENTION.search(before)
    if mention and len(mention[1]) <= MOST_QUERY:
        return Wanted("mention", mention[1], mention.start())
    alone = len(lines) == 1 and column == len(lines[0])
    if alone and before.startswith("!") and before.strip("! "):
        return Wanted("shell", before[1:].strip(), 0)
    return None


class Completion:
    """Makes choices from the sources, and keeps what makes the next key fast."""

    def __init__(self, sources: ComposerSources) -> None:
        self._sources = sources
        self._files: Sequence[str] | None = None
        self._finder = Finder(())
        self.known: Collection[str] = frozenset()

    def commands(self, query: str) -> list[Choice]:
        """Commands whose name begins with the query, then those that hold its letters."""
        known = self._sources.commands()
        beginning = [one for one in known if one.name.startswith(query)]
        beginning.sort(key=lambda one: one.name != query)
        near = [(match_name(query, one.name), one) for one in known if one not in beginning]
        fitting = sorted(
            ((match, one) for match, one in near if match and match.places[0] == 0),
            key=lambda pair: -pair[0].score,
        )
        found = [*beginning, *(one for _, one in fitting)]
        width = max((len(_usage(one)) for one in found), default=0)
        return [_command_choice(one, query, width) for one in found]

    def shell_commands(self, query: str) -> list[Choice]:
        """Shell commands that were sent before and hold the query, the newest first."""
        entries = reversed(self._sources.history.entries())
        lines = (one.text for one in entries if one.text.startswith("!") and not one.chips)
        known = dict.fromkeys(line for line in lines if "\n" not in line)
        holding = [line for line in known if query in line and line[1:].strip() != query]
        holding.sort(key=lambda line: not line[1:].strip().startswith(query))
        return [Choice(text.line(line[1:]), line) for line in holding[:MOST_CHOICES]]

    async def list_files(self) -> None:
        """Know the files there are now."""
        files = await self._sources.files()
        if files is not self._files:
            self._finder = await asyncio.to_thread(_finder_of, files)
            self.known = await asyncio.to_thread(frozenset, files)
            self._files = files

    async def mentions(self, query: str, stopped: Callable[[], bool]) -> list[Choice]:
        """Files, folders and symbols that fit, the best first."""
        await self.list_files()
        places, symbols = await asyncio.gather(
            asyncio.to_thread(self._finder.find, query, MOST_CHOICES, stopped),
            self._sources.symbols(query),
        )
        scored = [(match.score, _file_choice(match)) for match in places]
        matched = ((match_name(query.lower(), one.name), one) for one in symbols if query)
        scored += [(match.score, _symbol_choice(match, one)) for match, one in matched if match]
        scored.sort(key=lambda pair: -pair[0])
        return [choice for _, choice in scored[:MOST_CHOICES]]


def _finder_of(files: Sequence[str]) -> Finder:
    """Of the files and their folders; what cannot stand in an editor as it is cannot be named."""
    folders: set[str] = set()
    for file in files:
        folder = file.rpartition("/")[0]
        while folder and f"{folder}/" not in folders:
            folders.add(f"{folder}/")
            folder = folder.rpartition("/")[0]
    return Finder([one for one in (*files, *folders) if sanitise_line(one) == one])


def _file_choice(match: Match) -> Choice:
    path = match.name
    if path.endswith("/"):
        return Choice(_emphasised(match), f"@{path}", beginning=True)
    return Choice(_emphasised(match), f"@{path} ", path=path)


def _symbol_choice(match: Match, symbol: SymbolChoice) -> Choice:
    label = text.join(_emphasised(match), "  ", text.line(symbol.kind, MUTED))
    place = f"{PurePosixPath(symbol.path).name}:{symbol.line}"
    # The agent looks up names in quotes of code.
    return Choice(label, f"`{symbol.name}` ", text.line(place, MUTED))


def _emphasised(match: Match) -> Content:
    label = text.line(match.name)
    for place in match.places:
        label = label.stylize("bold $primary", place, place + 1)
    return label


def _usage(command: "SlashCommand") -> str:
    return f"/{command.name} {command.takes}".rstrip()


def _command_choice(command: "SlashCommand", query: str, width: int) -> Choice:
    name = text.line(f"/{command.name}")
    if command.name.startswith(query):
        name = name.stylize("bold $primary", 0, len(query) + 1)
    takes = text.line(_usage(command)[len(command.name) + 1 :], MUTED)
    gap = " " * (width - len(_usage(command)) + 2)
    label = text.join(name, takes, gap, text.line(command.summary, MUTED))
    needed = bool(command.takes) and not command.takes.startswith("[")
    return Choice(label, f"/{command.name} ", runs=not needed)
