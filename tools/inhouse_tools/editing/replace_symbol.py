"""The tool that writes a named function or class anew, adds to it, or renames it everywhere."""

from pydantic import BaseModel, ConfigDict, Field

from inhouse_tools import syntax
from inhouse_tools.documentation import page
from inhouse_tools.editing.insertion import insert_after
from inhouse_tools.editing.rename import propose_rename
from inhouse_tools.editing.symbol_edit import SourceFile, plain_name, put
from inhouse_tools.refusal import Refusal
from inhouse_tools.tool import Access, Output, Tool, Workspace
from inhouse_tools.writing.changes import (
    Proposal,
    accesses,
    change_of,
    land,
    may_write,
    open_text,
    seen_as_is,
)


class ReplaceSymbolArgs(BaseModel):
    """Which symbol, and its new code, the code to put behind it, or its new name."""

    model_config = ConfigDict(extra="forbid")

    file_path: str
    symbol: str
    insert_after: bool = Field(False, json_schema_extra={"large": True})
    content: str = Field("", json_schema_extra={"large": "optional"})
    new_name: str = Field("", json_schema_extra={"large": True})


def propose(args: ReplaceSymbolArgs, workspace: Workspace) -> Proposal | Refusal:
    """The change, checked, without touching the disk."""
    if not args.new_name:
        return _propose_code(args, workspace)
    if args.content.strip() or args.insert_after:
        return Refusal("Give content or new_name, not both. Rename first, then write the code.")
    return propose_rename(args.file_path, args.symbol, args.new_name, workspace, thorough=True)


def _propose_code(args: ReplaceSymbolArgs, workspace: Workspace) -> Proposal | Refusal:
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
    file = SourceFile.of(name, opened.source)
    if args.insert_after:
        edited = insert_after(file, symbol, args.content)
    else:
        # Small models have another tool for it.
        renamer = "rename_symbol" if workspace.keeps_symbols else "new_name"
        edited = put(file, symbol, args.content, renamer)
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
