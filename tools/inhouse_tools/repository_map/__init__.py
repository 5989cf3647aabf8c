"""A repository on one page: its most important files and symbols, for a task and a budget."""

from inhouse_tools.repository_map.drawing import Drawing, estimate
from inhouse_tools.repository_map.interest import words_of
from inhouse_tools.repository_map.making import (
    MappedFile,
    MappedSymbol,
    map_for_task,
    mapped_files,
    rank_for,
    repository_map,
)
from inhouse_tools.repository_map.ranks import Ranking

__all__ = [
    "Drawing",
    "MappedFile",
    "MappedSymbol",
    "Ranking",
    "estimate",
    "map_for_task",
    "mapped_files",
    "rank_for",
    "repository_map",
    "words_of",
]
