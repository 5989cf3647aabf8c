"""The tool that gives a function, class or method another name in all files."""

from pydantic import BaseModel, ConfigDict, Field

from inhouse_tools.documentation import page
from inhouse_tools.editing.rename import propose_rename
from inhouse_tools.refusal import Refusal
from inhouse_tools.tool import Access, Output, Tool, Workspace
from inhouse_tools.writing.changes import Proposal, accesses, land


class RenameSymbolArgs(BaseModel):
    """Which symbol, and its new name."""

    model_config = ConfigDict(extra="forbid")

    file_path: str = Field(description="a file that defines it")
    symbol: str
    new_name: str


def propose(args: RenameSymbolArgs, workspace: Workspace) -> Proposal | Refusal:
    """The change in all files, checked, without touching the disk."""
    return propose_rename(args.file_path, args.symbol, args.new_name, workspace)


def access(args: RenameSymbolArgs, workspace: Workspace) -> tuple[Access, ...]:
    """Every file that is written, each with its diff."""
    return accesses(propose(args, workspace), args.file_path, workspace)


async def run(args: RenameSymbolArgs, workspace: Workspace) -> Output:
    """Write all files, or say why none was."""
    return land(propose(args, workspace), workspace)


TOOL = Tool(
    "rename_symbol",
    page("rename_symbol").description,
    RenameSymbolArgs,
    access,
    run,
    page("rename_symbol").brief,
)
