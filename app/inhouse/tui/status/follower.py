"""Keeps the status line true: what the session, its events and git say."""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from inhouse.live.branch import branch_of
from inhouse.tui.status.status import Status
from inhouse_models.chat import COUNTS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from inhouse.live.live_session import LiveSession
    from inhouse.live.model_figures import ModelFigures
    from inhouse.tui.status.status_line import StatusLine
    from inhouse_agent.events import Event


class StatusFollower:
    """Changes what the line tells. Git is asked in a thread, when a turn has ended."""

    def __init__(self, line: "StatusLine", root: "Path") -> None:
        self._line = line
        self._root = root
        self.status = Status()
        self._exact = True

    def follow_session(self, live: "LiveSession") -> None:
        """Tell of this session as it is now."""
        built = live.built
        status = replace(self.status, mode=live.mode)
        if built is not None:
            settings = live.wish.settings if live.wish else None
            status = replace(
                status,
                model=built.info.name,
                context=built.info.context_size,
                sandbox=built.kit.workspace.sandbox.held,
                endpoint=settings.endpoint if settings else "",
                compact_at=built.kit.options.compact_at,
                tokens=status.tokens if built.history else 0,
            )
            # A server that does not count leaves us with estimates.
            server = built.info.server
            self._exact = server is None or COUNTS not in server.off
        self._tell(status)

    def follow_event(self, event: "Event") -> None:
        """Tell what this event changes."""
        from inhouse_agent.events import Compacted, UsageReported

        match event:
            case UsageReported(usage):
                tokens = usage.input_tokens + usage.output_tokens
                self._tell(replace(self.status, tokens=tokens, exact=self._exact))
            case Compacted():
                self._tell(replace(self.status, tokens=event.after, exact=self._exact))
            case _:
                pass

    async def look_at_branch(self) -> None:
        """Tell of the branch of the folder as it is now."""
        branch = await asyncio.to_thread(branch_of, self._root)
        self._tell(replace(self.status, branch=branch))

    def recall(self, events: "Iterable[Event]") -> None:
        """Tell how full the context was when a session that goes on was left."""
        self.status = replace(self.status, tokens=0)
        for event in events:
            self.follow_event(event)

    async def look_at_model(self) -> None:
        """Tell what the file of the model says; nothing of a model elsewhere."""
        before = self.status
        if before.endpoint or not before.model:
            figures = None
        else:
            figures = await asyncio.to_thread(_look_at_model, before.model, before.context)
        if before.model == self.status.model:
            status = replace(
                self.status,
                quantisation=figures.quantisation if figures else "",
                model_bytes=figures.model_bytes if figures else 0,
                cache_bytes=figures.cache_bytes if figures else 0,
            )
            self._tell(status)

    def _tell(self, status: Status) -> None:
        self.status = status
        self._line.show(status)


def _look_at_model(name: str, context: int) -> "ModelFigures":
    """Reads the file; importing what reads it takes a while, too."""
    from inhouse.live.model_figures import look_at_model

    return look_at_model(name, context)
