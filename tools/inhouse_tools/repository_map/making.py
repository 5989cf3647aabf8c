"""The map of a repository: what it is made of, cut to what a context has room for."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from inhouse_tools.index.of_workspace import index_of
from inhouse_tools.index.repository_index import Progress, RepositoryIndex, say_nothing
from inhouse_tools.places.paths import spell
from inhouse_tools.repository_map.drawing import Drawing, estimate
from inhouse_tools.repository_map.interest import interest_in, words_of
from inhouse_tools.repository_map.keeping import graph_of
from inhouse_tools.repository_map.ranks import Ranking, rank
from inhouse_tools.tool import Workspace

RANK_DIGITS = 6
Count = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class MappedSymbol:
    """A symbol with the line it begins in, from 1, and its share of all importance."""

    name: str
    kind: str
    line: int
    signature: str
    rank: float


@dataclass(frozen=True, slots=True)
class MappedFile:
    """A file with its share of all importance, and its symbols, the most important first."""

    path: str
    rank: float
    symbols: tuple[MappedSymbol, ...]


def rank_for(
    index: RepositoryIndex, words: Iterable[str] = (), files: Iterable[str] = ()
) -> Ranking:
    """What matters in a repository for a task that names these words, and files or folders.

    It counts for a second where there are thousands of files, so it belongs into a thread.
    """
    graph = graph_of(index)
    return rank(graph, interest_in(graph, words, files))


async def map_for_task(
    workspace: Workspace,
    task: str,
    budget: int,
    count: Count = estimate,
    progress: Progress = say_nothing,
) -> str:
    """The map of a workspace as it is now, for the words of a task and the files that were seen.

    `count` is called in a thread, some ten times, and may be exact. `progress` hears of the files
    that are parsed first.
    """
    index = index_of(workspace)
    await index.refresh(progress)
    files = tuple(workspace.seen)
    return await asyncio.to_thread(repository_map, index, words_of(task), files, budget, count)


def repository_map(
    index: RepositoryIndex,
    words: Iterable[str] = (),
    files: Iterable[str] = (),
    budget: int = 1_000,
    count: Count = estimate,
) -> str:
    """The most important signatures of an indexed repository in at most `budget` tokens.

    `words` and `files` are those of the task (`words_of` takes words from a text). Nothing is
    scanned: refresh the index before. The text depends only on these arguments and the code.
    """
    drawing = Drawing(rank_for(index, words, files))
    return drawing.text(drawing.most(budget, count))


def mapped_files(ranking: Ranking, symbols: int) -> tuple[MappedFile, ...]:
    """The files of the first so many symbols of a ranking, the most important first."""
    chosen: dict[int, list[MappedSymbol]] = {}
    for score, file, place in ranking.symbols[:symbols]:
        symbol = ranking.graph.contents[file].symbols[place]
        chosen.setdefault(file, []).append(
            MappedSymbol(
                name=symbol.name,
                kind=symbol.kind,
                line=symbol.start_line,
                signature=symbol.signature,
                rank=round(score, RANK_DIGITS),
            )
        )
    return tuple(
        MappedFile(
            path=spell(ranking.graph.paths[file]),
            rank=round(ranking.files[file], RANK_DIGITS),
            symbols=tuple(chosen[file]),
        )
        for file in sorted(chosen, key=lambda file: (-ranking.files[file], file))
    )
