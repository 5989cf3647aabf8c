"""The tool that outlines a file, or finds where a name is defined."""

import asyncio

from pydantic import BaseModel, ConfigDict

from inhouse_tools import syntax
from inhouse_tools.changes import Opened, open_place, open_text
from inhouse_tools.documentation import page
from inhouse_tools.listing import list_files
from inhouse_tools.paths import place_of, resolve
from inhouse_tools.refusal import Refusal
from inhouse_tools.symbol_edit import SourceFile, last_part, plain_name
from inhouse_tools.text import cut
from inhouse_tools.tool import Access, Output, Tool, Workspace

MAX_SHOWN_DEFINITIONS = 3
MAX_DEFINITIONS = 50


class SymbolsArgs(BaseModel):
    """A file to outline, or a name to find, or a name in that file."""

    model_config = ConfigDict(extra="forbid")

    file_path: str | None = None
    name: str | None = None


def access(args: SymbolsArgs, workspace: Workspace) -> tuple[Access, ...]:
    """The file, or the whole workspace when a name is looked for."""
    if not args.file_path:
        return (Access("read", "."),)
    place = resolve(args.file_path, workspace)
    return () if isinstance(place, Refusal) else (place.access("read"),)


async def run(args: SymbolsArgs, workspace: Workspace) -> Output:
    """An outline with line numbers, or definitions with their code."""
    if not args.file_path and not args.name:
        return Output("Give file_path or name.", failed=True)
    if args.file_path:
        opened = open_text(args.file_path, workspace)
        if isinstance(opened, Refusal):
            return opened.output()
        if args.name:
            return _definitions(_find([opened], plain_name(args.name)), args.name, workspace)
        return _outline(opened, workspace)
    name = plain_name(args.name or "")
    found = await asyncio.to_thread(_search, name, workspace)
    return _definitions(found, name, workspace)


def _outline(opened: Opened, workspace: Workspace) -> Output:
    file = opened.place.name
    if syntax.language_of(file) is None:
        return Output(f"{file} is in no language whose symbols are known.", failed=True)
    found = syntax.symbols(file, opened.source)
    if not found:
        return Output(f"{file} defines no symbols.")
    lines = [f"{item.start_line}-{item.end_line}: {item.kind} {item.name}" for item in found]
    return _cut("\n".join([f"{file}:", *lines]), workspace)


def _search(name: str, workspace: Workspace) -> list[tuple[SourceFile, syntax.Symbol]]:
    wanted = last_part(name)
    opened: list[Opened] = []
    for file in list_files(workspace.root).files:
        path = workspace.root / file
        if syntax.language_of(file) is None or path.is_symlink():
            continue
        found = open_place(place_of(path, workspace), workspace)
        if isinstance(found, Opened) and wanted in found.document.text:
            opened.append(found)
    return _find(opened, name)


def _find(opened: list[Opened], name: str) -> list[tuple[SourceFile, syntax.Symbol]]:
    found: list[tuple[SourceFile, syntax.Symbol]] = []
    for item in opened:
        file = SourceFile.of(item.place.name, item.source)
        for symbol in file.symbols:
            plain = symbol.name.partition("#")[0] or symbol.name
            if name in {symbol.name, plain} or plain.endswith(f".{name}"):
                found.append((file, symbol))
    return found


def _definitions(
    found: list[tuple[SourceFile, syntax.Symbol]], name: str, workspace: Workspace
) -> Output:
    if not found:
        return Output(f"{name} is defined in no file. Use grep to find where it is used.")
    lines: list[str] = []
    for file, symbol in found[:MAX_DEFINITIONS]:
        lines.append(
            f"{file.name}:{symbol.start_line}-{symbol.end_line}: {symbol.kind} {symbol.name}"
        )
        if len(found) <= MAX_SHOWN_DEFINITIONS:
            lines.append(file.text_of(symbol))
    if len(found) > MAX_DEFINITIONS:
        lines.append(f"[{len(found) - MAX_DEFINITIONS} more]")
    return _cut("\n".join(lines), workspace)


def _cut(text: str, workspace: Workspace) -> Output:
    shown = cut(text, workspace.max_output_chars)
    if shown.whole:
        return Output(text, show={"lines": text.count("\n") + 1})
    handle = workspace.handles.keep(text)
    return Output(
        shown.with_note(f"Read {handle} with offset={shown.first_line}"),
        show={"lines": text.count("\n") + 1, "cut": shown.lines},
    )


TOOL = Tool("symbols", page("symbols").description, SymbolsArgs, access, run, page("symbols").brief)
