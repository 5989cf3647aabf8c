"""Lends the model's memory to commands that need the graphics card, as long as they run."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, Protocol, runtime_checkable

from inhouse.gpu_commands import PATTERNS, needs_gpu
from inhouse.settings import Settings
from inhouse_models.local import Loan
from inhouse_tools.tool import Output, Tool, Workspace

Release = Literal["auto", "always", "tell", "never"]
MIB: Final = 1024**2
LENT: Final = (
    "The model's memory is lent to this command ({:,} MiB); it is loaded again afterwards."
)
KEPT: Final = "The model keeps its memory beside this command: {}"
TOLD: Final = (
    "This command may need the graphics card, which the model holds."
    " To give it away first: inhouse engine pause"
)


@runtime_checkable
class Lender(Protocol):
    """A model client whose memory is on this machine."""

    def lend(
        self, command: str, *, always: bool = False
    ) -> AbstractAsyncContextManager[Loan | None]:
        """Release the memory as long as this is open; None when there was no need."""
        ...


@dataclass(frozen=True, slots=True)
class Lending:
    """When memory is lent: `release` is "auto" where that helps, "always", only to "tell" the
    person, or "never"; to commands of these `patterns`. `tell` hears what happens."""

    release: Release
    patterns: tuple[str, ...]
    tell: Callable[[str], None]


def lending_of(settings: Settings, tell: Callable[[str], None]) -> Lending:
    """As the person has set it."""
    return Lending(settings.release_gpu, (*PATTERNS, *settings.gpu_commands), tell)


def lend_to_commands(
    tools: Mapping[str, Tool[Any]], client: object, lending: Lending
) -> Mapping[str, Tool[Any]]:
    """The tools with one that lends before it runs a command, when the model is on this
    machine."""
    bash = tools.get("bash")
    if bash is None or lending.release == "never" or not isinstance(client, Lender):
        return tools
    return {**tools, "bash": replace(bash, run=_lending(bash.run, client, lending))}


def _lending(
    run: Callable[[Any, Workspace], Awaitable[Output]], client: Lender, lending: Lending
) -> Callable[[Any, Workspace], Awaitable[Output]]:
    async def lend_and_run(args: Any, workspace: Workspace) -> Output:
        if not needs_gpu(args.command, Path(workspace.root), lending.patterns):
            return await run(args, workspace)
        if lending.release == "tell":
            lending.tell(TOLD)
            return await run(args, workspace)
        async with client.lend(args.command, always=lending.release == "always") as loan:
            if loan is not None:
                mebibytes = loan.freed_bytes // MIB
                lending.tell(KEPT.format(loan.fault) if loan.fault else LENT.format(mebibytes))
            return await run(args, workspace)

    return lend_and_run
