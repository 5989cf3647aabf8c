"""Opens and closes the list of choices while a person writes, and takes what is chosen."""

import asyncio
import dataclasses
from collections.abc import Coroutine, Sequence
from typing import Any, Final, Protocol

from textual.worker import Worker

from inhouse.tui import text
from inhouse.tui.composer.choices import ROWS, Choice, Choices
from inhouse.tui.composer.completion import MUTED, Completion, Wanted, wanted_at
from inhouse.tui.composer.editor import Editor
from inhouse.tui.composer.mentions import spell
from inhouse.tui.composer.sources import ComposerSources

SETTLE_SECONDS: Final = 0.5
"""A key waits no longer for the list that it is meant for, as while a large folder is read."""


class RunsWorkers(Protocol):
    """A widget, as far as it runs what takes longer."""

    def run_worker(
        self, work: Coroutine[Any, Any, None], *, group: str, exclusive: bool
    ) -> Worker[None]:
        """Run this; with `exclusive` whatever runs in its group is cancelled."""
        ...


class Completer:
    """Follows the word at the cursor. A list that was closed stays closed for that word."""

    def __init__(
        self, editor: Editor, choices: Choices, sources: ComposerSources, runner: RunsWorkers
    ) -> None:
        self._editor = editor
        self._choices = choices
        self._sources = sources
        self._runner = runner
        self._completion = Completion(sources)
        self._wanted: Wanted | None = None
        self._closed: tuple[str, int, int] | None = None
        self._found = asyncio.Event()
        self._round = 0
        self._listed = False
        self.room = ROWS

    @property
    def open(self) -> bool:
        """Whether the list is shown."""
        return self._choices.shown

    def update(self) -> None:
        """Show what fits the word at the cursor now."""
        row, column = self._editor.cursor_location
        lines = self._editor.document.lines
        wanted = wanted_at(lines, row, column) if self._editor.selection.is_empty else None
        if not self._listed and "@" in self._editor.text:
            self._listed = True
            self._runner.run_worker(self._list_files(), group="files", exclusive=True)
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self._round += 1
        if wanted is None or (wanted.kind, row, wanted.start) == self._closed:
            if wanted is None:
                self._closed = None
            self._choices.offer((), None, self.room)
            self._found.set()
        elif wanted.kind == "command":
            self._offer(self._completion.commands(wanted.query), 0)
        elif wanted.kind == "shell":
            # What is written is sent with Enter unless another line was gone to.
            self._offer(self._completion.shell_commands(wanted.query), None)
        else:
            self._found.clear()
            work = self._find_mentions(wanted.query, self._round)
            self._runner.run_worker(work, group="completion", exclusive=True)

    async def settle(self) -> None:
        """Wait until the list shows what fits the text as it is now."""
        self.update()
        if self._wanted is None or self._wanted.kind != "mention":
            return
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                await self._found.wait()
        except TimeoutError:
            # What is shown, if anything, is for less than what is written.
            self.close()

    def close(self) -> None:
        """Hide the list until another word is begun."""
        self.update()
        if self._wanted is not None:
            row = self._editor.cursor_location[0]
            self._closed = (self._wanted.kind, row, self._wanted.start)
        self._round += 1
        self._choices.offer((), None, self.room)
        self._found.set()

    def move(self, rows: int) -> None:
        """Highlight another row."""
        self._choices.move(rows)
        self._ask_costs()

    def insert(self, choice: Choice) -> None:
        """Write a choice in place of the word at the cursor."""
        wanted = self._wanted
        row, column = self._editor.cursor_location
        if wanted is None:
            return
        if choice.path:
            self._editor.mentions = self._editor.mentions.with_path(choice.path)
        line = self._editor.document.get_line(row)
        inserted = choice.insert
        if line[column : column + 1] == " " and inserted.endswith(" "):
            column += 1
        start = (row, wanted.start)
        self._editor.replace(inserted, start, (row, column), maintain_selection_offset=False)
        self._editor.move_cursor((row, wanted.start + len(inserted)))
        self.update()

    async def _find_mentions(self, query: str, round_: int) -> None:
        choices = await self._completion.mentions(query, lambda: self._round != round_)
        self._editor.know(self._completion.known)
        if self._round == round_:
            self._offer(choices, 0)
            self._found.set()

    async def _list_files(self) -> None:
        await self._completion.list_files()
        self._editor.know(self._completion.known)

    def _offer(self, choices: Sequence[Choice], highlighted: int | None) -> None:
        self._choices.offer(choices, highlighted, self.room)
        self._ask_costs()

    def _ask_costs(self) -> None:
        if any(choice.path and not choice.aside for choice in self._choices.seen):
            self._runner.run_worker(self._show_costs(), group="costs", exclusive=True)

    async def _show_costs(self) -> None:
        choices = self._choices.choices
        open_paths = [one.path for one in self._choices.seen if one.path and not one.aside]
        asked = (self._sources.cost(path, exact=False) for path in open_paths)
        costs = dict(zip(open_paths, await asyncio.gather(*asked), strict=True))
        if self._choices.choices is choices:
            told = {path: spell(cost) for path, cost in costs.items() if cost is not None}
            self._choices.renew([_with_cost(choice, told) for choice in choices])


def _with_cost(choice: Choice, told: dict[str, str]) -> Choice:
    if choice.path not in told:
        return choice
    return dataclasses.replace(choice, aside=text.line(told[choice.path], MUTED))
