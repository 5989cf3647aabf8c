"""The tool that writes a named function or class anew, or adds it."""

from pydantic import BaseModel, ConfigDict, Field

from inhouse_tools import syntax
from inhouse_tools.changes import (
    Proposal,
    accesses,
    change_of,
    land,
    may_write,
    open_text,
    seen_as_is,
)
from inhouse_tools.documentation import page
from inhouse_tools.refusal import Refusal
from inhouse_tools.symbol_edit import SourceFile, plain_name, put
from inhouse_tools.tool import Access, Output, Tool, Workspace


class ReplaceSymbolArgs(BaseModel):
    """Which symbol, and its new code."""

    model_config = ConfigDict(extra="forbid")

    file_path: str
    symbol: str
    content: str = Field(description="its whole new code")


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
    if not args.content.strip():
        return Refusal("content is empty. Give the whole new code of the symbol.")
    symbol = plain_name(args.symbol)
    if not symbol:
        return Refusal("symbol is empty. Give the name of a function or class.")
    edited = put(SourceFile.of(name, opened.source), symbol, args.content)
    if isinstance(edited, Refusal):
        return edited
    if edited.source == opened.source:
        return Refusal(
            f"Nothing changed: {symbol} in {name} has exactly this code already. "
            "Write what should be different, or go on."
        )
    change = change_of(opened, edited.source.decode("utf-8"))
    return change if isinstance(change, Refusal) else Proposal((change,), edited.said)


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
