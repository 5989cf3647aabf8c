"""The tool that writes a named function or class anew, adds it, or renames it everywhere."""

from pydantic import BaseModel, ConfigDict, Field

from inhouse_tools import syntax
from inhouse_tools.changes import (
    Opened,
    Proposal,
    accesses,
    change_of,
    joined,
    land,
    may_write,
    open_text,
    seen_as_is,
)
from inhouse_tools.documentation import page
from inhouse_tools.refusal import Refusal
from inhouse_tools.rename import propose_rename
from inhouse_tools.symbol_edit import SourceFile, last_part, plain_name, put
from inhouse_tools.tool import Access, Output, Tool, Workspace


class ReplaceSymbolArgs(BaseModel):
    """Which symbol, and either its new code or its new name."""

    model_config = ConfigDict(extra="forbid")

    file_path: str
    symbol: str
    content: str | None = Field(None, description="its whole new code")
    new_name: str | None = Field(None, description="rename it in all files")


def propose(args: ReplaceSymbolArgs, workspace: Workspace) -> Proposal | Refusal:
    """The change, checked, without touching the disk."""
    opened = open_text(args.file_path, workspace)
    if isinstance(opened, Refusal):
        return opened
    name = opened.place.name
    refused = may_write(opened.place) or seen_as_is(opened, workspace)
    if refused:
        return refused
    if syntax.language_of(name) is None:
        return Refusal(f"{name} is in no language whose symbols are known. Use write.")
    if bool(args.content) == bool(args.new_name):
        return Refusal("Give either content or new_name.")
    symbol = plain_name(args.symbol)
    if not symbol:
        return Refusal("symbol is empty. Give the name of a function or class.")
    if args.new_name:
        return _rename(opened, symbol, args.new_name, workspace)
    edited = put(SourceFile.of(name, opened.source), symbol, args.content or "")
    if isinstance(edited, Refusal):
        return edited
    change = change_of(opened, edited.source.decode("utf-8"))
    return change if isinstance(change, Refusal) else Proposal((change,), edited.said)


def _rename(opened: Opened, symbol: str, new_name: str, workspace: Workspace) -> Proposal | Refusal:
    names = [found.name for found in syntax.symbols(opened.place.name, opened.source)]
    meant = [name for name in names if name == symbol or name.endswith(f".{symbol}")]
    if not meant:
        known = f" Its symbols are {joined(names)}." if names else ""
        return Refusal(f"There is no symbol {symbol} in {opened.place.name}.{known}")
    return propose_rename(opened, last_part(symbol), last_part(new_name), workspace)


def access(args: ReplaceSymbolArgs, workspace: Workspace) -> tuple[Access, ...]:
    """Every file that is written, each with its diff."""
    return accesses(propose(args, workspace), args.file_path, workspace)


async def run(args: ReplaceSymbolArgs, workspace: Workspace) -> Output:
    """Write the files, or say why not."""
    return land(propose(args, workspace), workspace)


TOOL = Tool(
    "replace_symbol",
    page("replace_symbol").description,
    ReplaceSymbolArgs,
    access,
    run,
    page("replace_symbol").brief,
)
