"""Finds out what the mentioned files cost together."""

import asyncio
from collections.abc import Callable, Sequence

from inhouse.tui.composer.completer import RunsWorkers
from inhouse.tui.composer.mentions import summary
from inhouse.tui.composer.sources import ComposerSources, Cost


class MentionCosts:
    """Counts each file once until `forget`, and tells the sum whenever it changes."""

    def __init__(
        self, sources: ComposerSources, runner: RunsWorkers, tell: Callable[[str], None]
    ) -> None:
        self._sources = sources
        self._runner = runner
        self._tell = tell
        self._paths: tuple[str, ...] = ()
        self._costs: dict[str, Cost | None] = {}

    def follow(self, paths: Sequence[str]) -> None:
        """These are mentioned now."""
        mentioned = tuple(dict.fromkeys(paths))
        if mentioned == self._paths:
            return
        self._paths = mentioned
        self._tell(summary(mentioned, self._costs))
        if any(path not in self._costs for path in mentioned):
            self._runner.run_worker(self._count(mentioned), group="mentioned", exclusive=True)

    def forget(self) -> None:
        """Files may change: count anew for the next prompt."""
        self._costs.clear()

    async def _count(self, paths: Sequence[str]) -> None:
        for exact in (False, True):
            # An estimate comes at once; counting may have to wait for the engine.
            costs = await asyncio.gather(*(self._sources.cost(one, exact=exact) for one in paths))
            self._costs.update(zip(paths, costs, strict=True))
            self._tell(summary(self._paths, self._costs))
