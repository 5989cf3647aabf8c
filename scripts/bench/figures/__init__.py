"""The figures that can be measured, by name."""

from collections.abc import Mapping

from figure import Measurement

from figures.calls import measure_calls
from figures.decode import measure_decode
from figures.drafting import measure_drafting
from figures.replay import measure_replay, measure_typed_replay
from figures.replay_calls import measure_call_replay
from figures.replay_hybrid import measure_hybrid_replay
from figures.together import measure_together

FIGURES: Mapping[str, Measurement] = {
    "replay": measure_replay,
    "replay-typed": measure_typed_replay,
    "replay-calls": measure_call_replay,
    "replay-hybrid": measure_hybrid_replay,
    "decode": measure_decode,
    "drafting": measure_drafting,
    "calls": measure_calls,
    "together": measure_together,
}
