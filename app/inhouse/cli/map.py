"""`inhouse map`: what a repository is made of, for a person or a script."""

import sys
from collections.abc import Iterable
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inhouse.cli.fail import fail
from inhouse.cli.project import root_of
from inhouse.complain import complain
from inhouse.exit_codes import ExitCode
from inhouse.sanitise import sanitise

if TYPE_CHECKING:
    from inhouse_tools.index.repository_index import RepositoryIndex
    from inhouse_tools.json_value import JsonValue
    from inhouse_tools.repository_map import MappedFile

DEFAULT_TOKENS = 2_000
NOTHING = "No file in {} defines anything in a language that is known. Choose a folder with -C."
UNKNOWN = "Nothing here is named like {}: this is the map of the whole."


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("map")(show_map)


def show_map(
    about: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH|WORD", help="What matters: files, folders, words."),
    ] = None,
    tokens: Annotated[
        int, typer.Option("--tokens", metavar="N", min=1, help="About how long it may be.")
    ] = DEFAULT_TOKENS,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object, the most important first.")
    ] = False,
    folder: Annotated[
        Path | None, typer.Option("-C", "--cwd", metavar="DIR", help="Of this folder.")
    ] = None,
) -> None:
    """Show the most important definitions here, ranked by who refers to them."""
    import asyncio

    from inhouse_tools.repository_map import Drawing, estimate, mapped_files, rank_for

    root = root_of(folder)
    index = asyncio.run(_indexed(root))
    words, files = _divide(about or [], root, index.files())
    ranking = rank_for(index, words, files)
    if not ranking.symbols:
        fail(NOTHING.format(root), ExitCode.FAILED)
    if about and (words or files) and not ranking.personal:
        complain(UNKNOWN.format(" or ".join(about)))
    drawing = Drawing(ranking)
    shown = drawing.most(tokens, estimate)
    if not shown:
        fail(f"--tokens {tokens} is too little for a single line. Give some hundreds.")
    if as_json:
        _print_json(root, mapped_files(ranking, shown))
    else:
        typer.echo(sanitise(drawing.text(shown)))


async def _indexed(root: Path) -> "RepositoryIndex":
    from inhouse.output.progress import progress_on
    from inhouse_agent.folders import cache_folder, folder_of_root
    from inhouse_tools.index.repository_index import RepositoryIndex

    progress = progress_on(sys.stderr)
    index = RepositoryIndex(root, folder_of_root(cache_folder(), root))
    try:
        await index.refresh(
            lambda done, total: progress.step(done, total, f"indexing {total} files")
        )
    finally:
        progress.end()
    return index


def _divide(
    about: Iterable[str], root: Path, known: Iterable[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What stands on the command line as words, and as files and folders relative to the root."""
    from inhouse_tools.repository_map import words_of

    words: list[str] = []
    files: list[str] = []
    for text in about:
        path = _existing(root, text)
        if path is None and "/" in text and " " not in text:
            near = get_close_matches(text, list(known), n=1, cutoff=0.5)
            hint = f" Did you mean {near[0]}?" if near else ""
            fail(f"There is no file {text} here.{hint}")
        if path is None:
            words.extend(words_of(text) or text.split())
        elif path == root:
            continue
        elif path.is_relative_to(root):
            files.append(path.relative_to(root).as_posix())
        else:
            fail(f"{text} is outside of {root}. Choose another folder with -C.")
    return tuple(words), tuple(files)


def _existing(root: Path, text: str) -> Path | None:
    """Where a path leads, or None when it leads nowhere or cannot be a path."""
    try:
        return (root / Path(text).expanduser()).resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        return None


def _print_json(root: Path, files: "Iterable[MappedFile]") -> None:
    from inhouse.output.result import encode_line

    encoded: list[JsonValue] = [asdict(file) for file in files]
    typer.echo(encode_line({"root": str(root), "files": encoded}), nl=False)
