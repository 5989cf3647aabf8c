"""The figures of what serves editors, by name."""

from collections.abc import Mapping

from figure import Measurement

from editor_figures.completion import measure_completion
from editor_figures.round_trip import measure_round_trip

FIGURES: Mapping[str, Measurement] = {
    "completion": measure_completion,
    "round-trip": measure_round_trip,
}
