"""Files that a prompt names, read for the model before it asks: a small model saves a step."""

import re
from collections.abc import Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from inhouse_agent.kit import Kit
from inhouse_tools.index.of_workspace import index_of
from inhouse_tools.syntax import language_of
from inhouse_tools.tool import Output

MAX_FILES: Final = 4
MAX_CHARACTERS: Final = 6_000
# Not inside an address or a longer word.
FILE_NAME: Final = re.compile(r"(?<![\w./@:-])[\w-][\w./-]*\.\w{1,8}(?![\w/@-])")
# A name in quotes of code, such as `Client.fetch` or `slugify()`.
SYMBOL: Final = re.compile(r"`([A-Za-z_]\w*(?:\.\w+)*)(?:\(\))?`")
DOCUMENTS: Final = (".pdf", ".ipynb")
MAX_DOCUMENT_BYTES: Final = 2_000_000
PLAIN_ENDINGS: Final = (".txt", ".cfg", ".ini", ".csv", ".env")


def named_files(prompt: str, paths: Sequence[str]) -> list[str]:
    """Paths that stand in the prompt, whole or by a name only one file has, in that order."""
    names: dict[str, list[str]] = {}
    for path in paths:
        names.setdefault(PurePosixPath(path).name, []).append(path)
    places: dict[str, int] = {}
    for path in paths:
        name = PurePosixPath(path).name
        spellings = [path] if len(names[name]) > 1 else [path, name]
        found = [place for text in spellings if (place := _place_of(text, prompt)) >= 0]
        # A bare word such as "main" is rarely meant as a file.
        if found and ("." in name or "/" in path):
            places[path] = min(found)
    return sorted(places, key=lambda path: places[path])


def _place_of(text: str, prompt: str) -> int:
    if text not in prompt:
        # Compiling a pattern for each of thousands of paths takes seconds.
        return -1
    match = re.search(rf"(?<![\w./-]){re.escape(text)}(?![\w/-]|\.\w)", prompt)
    return match.start() if match else -1


def new_files(prompt: str, paths: Sequence[str]) -> tuple[str, ...]:
    """Names in the prompt that look like files of a known kind and that do not exist."""
    known = {*paths, *(PurePosixPath(path).name for path in paths)}
    names = (match[0] for match in FILE_NAME.finditer(prompt))
    fresh = (name for name in names if name not in known and _is_file_name(name))
    return tuple(dict.fromkeys(fresh))[:MAX_FILES]


def _is_file_name(name: str) -> bool:
    inside = not any(part in {"", ".", ".."} for part in name.split("/"))
    return inside and (language_of(name) is not None or name.endswith(PLAIN_ENDINGS))


async def attach_files(kit: Kit, prompt: str, paths: Sequence[str]) -> list[str]:
    """What the read tool answers for the named files, as far as they fit and may be read.

    Where the prompt names none, the files that define the symbols in it stand for them.
    """
    named = named_files(prompt, paths)
    if not named:
        known = frozenset(paths)
        named = [path for path in await _defining_files(kit, prompt) if path in known]
    return await _read_files(kit, named)


async def _defining_files(kit: Kit, prompt: str) -> list[str]:
    """Files with the definitions of the symbols that stand in quotes in a prompt."""
    index = index_of(kit.workspace)
    found: dict[str, None] = {}
    for name in dict.fromkeys(SYMBOL.findall(prompt)):
        find = partial(index.definitions, name, MAX_FILES)
        definitions = await index.ask(find, mentioning=name.rpartition(".")[2])
        exact = (one for one in definitions if not (one.near or one.data))
        found.update(dict.fromkeys(one.path for one in exact))
    return list(found)


async def _read_files(kit: Kit, paths: Sequence[str]) -> list[str]:
    tool = kit.tools.get("read")
    texts: list[str] = []
    if tool is None:
        return texts
    room = MAX_CHARACTERS
    for path in paths[:MAX_FILES]:
        file = kit.workspace.root / path
        if not file.is_file() or file.stat().st_size > _most_bytes(path, room):
            continue
        args = tool.args(file_path=path)
        if kit.policy.judge(tool.name, tool.access(args, kit.workspace)).verdict != "allow":
            continue
        output = await tool.run(args, kit.workspace)
        if not output.failed and len(output.text) <= room:
            texts.append(_as_written(path, output))
            room -= len(output.text)
    return texts


def _most_bytes(path: str, room: int) -> int:
    """The size up to which a file is looked at: the text of a document is shorter than it."""
    return MAX_DOCUMENT_BYTES if path.lower().endswith(DOCUMENTS) else room


def _as_written(path: str, output: Output) -> str:
    """A file in the form in which the model writes one: it then writes it whole as well. What
    it cannot write stays as it was read."""
    text = output.text.partition("\n")[2]
    if output.show.get("cut") != 0 or not text or "sha256" not in output.show:
        return output.text
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{path}\n{fence}\n{text}\n{fence}"
