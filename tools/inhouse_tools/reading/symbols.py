"""The tool that outlines a file, finds where a name is defined, or who refers to it."""

import asyncio
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from inhouse_tools import syntax
from inhouse_tools.documentation import page
from inhouse_tools.editing.symbol_edit import NUMBER, last_part, plain_name
from inhouse_tools.index.facts import Facts
from inhouse_tools.index.lookup import Definition
from inhouse_tools.index.of_workspace import index_of
from inhouse_tools.index.repository_index import FEW_FILES, RepositoryIndex
from inhouse_tools.places.paths import resolve, spell
from inhouse_tools.reading.mentions import MAX_FILES, find_mentions
from inhouse_tools.refusal import Refusal
from inhouse_tools.text import cut
from inhouse_tools.tool import Access, Output, Tool, Workspace
from inhouse_tools.writing.changes import Opened, open_text

MAX_SHOWN_DEFINITIONS = 3
MAX_DEFINITIONS = 50


class SymbolsArgs(BaseModel):
    """A file to outline, or a name to find, or a name in that file."""

    model_config = ConfigDict(extra="forbid")

    file_path: str | None = None
    name: str | None = None
    references: bool | None = None


def access(args: SymbolsArgs, workspace: Workspace) -> tuple[Access, ...]:
    """The file, or the whole workspace when a name is looked for."""
    if not args.file_path:
        return (Access("read", "."),)
    place = resolve(args.file_path, workspace)
    return () if isinstance(place, Refusal) else (place.access("read"),)


async def run(args: SymbolsArgs, workspace: Workspace) -> Output:
    """An outline with line numbers, definitions with their code, or the lines that refer."""
    if args.references and not args.name:
        return Output("Give the name whose references you want.", failed=True)
    if not args.file_path and not args.name:
        return Output("Give file_path or name.", failed=True)
    name = plain_name(args.name or "")
    opened = open_text(args.file_path, workspace) if args.file_path else None
    if isinstance(opened, Refusal):
        return opened.output()
    if args.references:
        return await _references(name, opened, workspace)
    if opened is None:
        return await _search(name, workspace)
    if not name:
        return _outline(opened, workspace)
    found = [
        _definition(opened, symbol)
        for symbol in syntax.symbols(opened.place.name, opened.source)
        if _means(symbol.name, name)
    ]
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


def _means(symbol: str, name: str) -> bool:
    plain = NUMBER.sub("", symbol)
    return name in {symbol, plain} or plain.endswith(f".{name}")


def _definition(opened: Opened, symbol: syntax.Symbol) -> Definition:
    return Definition(
        path=opened.place.name,
        name=symbol.name,
        kind=symbol.kind,
        start_line=symbol.start_line,
        end_line=symbol.end_line,
        signature="",
        data=False,
    )


async def _search(name: str, workspace: Workspace) -> Output:
    """The definitions in any file; only files that hold the name need to be parsed for them.

    A similar name can stand in any file, so then the others are parsed as well if they are few.
    """
    index = index_of(workspace)

    def find() -> tuple[Definition, ...]:
        return index.definitions(name, MAX_DEFINITIONS + 1)

    found = await index.ask(find, mentioning=last_part(name))
    if (not found or found[0].near) and 0 < index.left <= FEW_FILES:
        found = await index.ask(find)
    return await asyncio.to_thread(_definitions, found, name, workspace)


def _definitions(found: Sequence[Definition], name: str, workspace: Workspace) -> Output:
    if not found:
        return Output(f"{name} is defined in no file. Use grep to find where it is used.")
    lines: list[str] = []
    near = found[0].near
    if near:
        lines.append(f"{name} is defined in no file. Similar names:")
    for one in found[:MAX_DEFINITIONS]:
        path = spell(one.path)
        lines.append(f"{path}:{one.start_line}-{one.end_line}: {one.kind} {one.name}")
        if len(found) <= MAX_SHOWN_DEFINITIONS and not near:
            lines += _code(path, one, workspace)
    if len(found) > MAX_DEFINITIONS:
        lines.append("[there are more: give file_path, too, or the class as in Class.name]")
    return _cut("\n".join(lines), workspace)


def _code(path: str, definition: Definition, workspace: Workspace) -> list[str]:
    opened = open_text(path, workspace)
    if isinstance(opened, Refusal):
        return []
    lines = opened.document.text.split("\n")
    return lines[definition.start_line - 1 : definition.end_line]


async def _references(name: str, opened: Opened | None, workspace: Workspace) -> Output:
    wanted = last_part(name)
    paths: Sequence[str] = (opened.place.name,) if opened else ()
    known: Mapping[str, Facts] = {}
    if opened is None:
        index = index_of(workspace)
        paths, known = await index.ask(lambda: _users(index, wanted), mentioning=wanted)
    found = await asyncio.to_thread(find_mentions, wanted, paths, workspace, known)
    if not found.files:
        where = opened.place.name if opened else "any file"
        return Output(f"No code uses {wanted} in {where}. grep finds it in strings and comments.")
    return _cut(found.show(wanted), workspace)


def _users(index: RepositoryIndex, name: str) -> tuple[list[str], dict[str, Facts]]:
    """Files that may use a name, of the languages in which it is defined, and what is known."""
    defined = [found for found in index.definitions(name) if not found.near]
    families = {_family(found.path) for found in defined if not found.data}
    paths = [
        path for path in index.files_that_mention(name) if not families or _family(path) in families
    ]
    contents = index.files()
    looked_into = [path for path in paths[:MAX_FILES] if path in contents]
    facts = index.facts([contents[path] for path in looked_into])
    known = {path: facts[contents[path]] for path in looked_into if contents[path] in facts}
    return paths, known


def _family(path: str) -> str:
    language = syntax.language_of(path)
    return language.family if language else ""


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
