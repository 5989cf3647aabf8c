"""Summarises a session that no front end has open, to make room in its context."""

import os
import sys
from pathlib import Path

from inhouse.build import BuildProblem, Resume, Wish, build
from inhouse.output.progress import progress_on
from inhouse.settings import SettingProblem
from inhouse.sources import resolve
from inhouse_agent.compaction import NotCompacted, compact_history
from inhouse_agent.events import Compacted, Event


async def compact_session(
    root: Path, session: str, about: str
) -> Compacted | NotCompacted | BuildProblem:
    """The compaction of this session of the folder; `about` is what its summary must hold.

    How far it is goes to standard error.
    """
    resolved = resolve(root, os.environ, {})
    if isinstance(resolved, SettingProblem):
        return BuildProblem(resolved.text)
    progress = progress_on(sys.stderr)

    def show(event: Event) -> None:
        # The caller says what came of it.
        if not isinstance(event, Compacted):
            progress.show(event)

    wish = Wish(root, resolved.settings, default_mode="plan", resume=Resume(id=session))
    built = await build(wish, show, progress.step)
    if isinstance(built, BuildProblem):
        progress.end()
        return built
    try:
        return await compact_history(built.kit, built.history, about)
    finally:
        progress.end()
        await built.close()
