"""The figures of the terminal UI that can be measured, by name."""

from collections.abc import Mapping

from tui_bench import Measurement

from tui_figures.memory import measure_memory
from tui_figures.prompt_ready import measure_prompt_ready
from tui_figures.streaming import measure_streaming
from tui_figures.updates import measure_updates

FIGURES: Mapping[str, Measurement] = {
    "prompt": measure_prompt_ready,
    "updates": measure_updates,
    "streaming": measure_streaming,
    "memory": measure_memory,
}
