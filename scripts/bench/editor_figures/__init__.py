"""The figures of what serves editors, by name."""

from collections.abc import Mapping

from figure import Measurement

from editor_figures.completion import measure_at_end, measure_completion
from editor_figures.context import measure_context
from editor_figures.round_trip import measure_round_trip

FIGURES: Mapping[str, Measurement] = {
    "completion": measure_completion,
    "at-end": measure_at_end,
    "context": measure_context,
    "round-trip": measure_round_trip,
}
