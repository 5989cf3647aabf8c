"""The seam between those who look for problems and those who compare what was found."""

from collections.abc import Sequence
from typing import Protocol

from inhouse_tools.checks.check import When
from inhouse_tools.checks.problem import Finding
from inhouse_tools.refusal import Refusal


class Checker(Protocol):
    """Looks at units: files, folders, or "" for the whole project, as it goes about it."""

    @property
    def name(self) -> str:
        """What the person calls it."""
        ...

    @property
    def when(self) -> When:
        """When it runs."""
        ...

    def units(self, paths: Sequence[str]) -> tuple[str, ...]:
        """What has to be looked at when these files, relative to the root, change."""
        ...

    def state(self, unit: str) -> str:
        """What stays the same as long as nothing in this unit changes; "" for nothing there."""
        ...

    async def look(self, units: Sequence[str], seconds: float) -> tuple[Finding, ...] | Refusal:
        """All that is wrong in these units now, or why that could not be found out in time."""
        ...

    async def close(self) -> None:
        """End what still runs."""
        ...
