"""The tool that gives a function, class or method another name in all files."""

from pydantic import BaseModel, ConfigDict, Field

from inhouse_tools import syntax
from inhouse_tools.changes import Proposal, accesses, joined, land, open_text
from inhouse_tools.documentation import page
from inhouse_tools.refusal import Refusal
from inhouse_tools.rename import propose_rename
from inhouse_tools.symbol_edit import last_part, plain_name
from inhouse_tools.tool import Access, Output, Tool, Workspace


class RenameSymbolArgs(BaseModel):
    """Which symbol, and its new name."""

    model_config = ConfigDict(extra="forbid")

    file_path: str = Field(description="a file that defines it")
    symbol: str
    new_name: str


def propose(args: RenameSymbolArgs, workspace: Workspace) -> Proposal | Refusal:
    """The change in all files, checked, without touching the disk.

    The file need not have been read: nothing but the name changes, and the answer counts where.
    """
    opened = open_text(args.file_path, workspace)
    if isinstance(opened, Refusal):
        return opened
    name = opened.place.name
    if syntax.language_of(name) is None:
        return Refusal(f"{name} is in no language whose symbols are known. Use bash with sed.")
    symbol = plain_name(args.symbol)
    names = [found.name for found in syntax.symbols(name, opened.source)]
    meant = [known for known in names if known == symbol or known.endswith(f".{symbol}")]
    if not meant:
        known = f" Its symbols are {joined(names)}." if names else ""
        return Refusal(f"There is no symbol {args.symbol} in {name}.{known}")
    return propose_rename(opened, last_part(symbol), last_part(args.new_name), workspace)


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
