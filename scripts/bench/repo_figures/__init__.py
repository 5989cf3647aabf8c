"""The figures of a repository that can be measured, by name."""

from collections.abc import Mapping

from repo_bench import Measurement

from repo_figures.definitions import measure_definitions
from repo_figures.killed import measure_killed
from repo_figures.map import measure_map
from repo_figures.memory import measure_memory
from repo_figures.rename import measure_rename
from repo_figures.search import measure_search
from repo_figures.undo import measure_undo

FIGURES: Mapping[str, Measurement] = {
    "map": measure_map,
    "grep": measure_search,
    "definitions": measure_definitions,
    "rename": measure_rename,
    "killed": measure_killed,
    "undo": measure_undo,
    "memory": measure_memory,
}
