"""The measurements of scripts/bench/editor: the session that is typed, a request that is timed."""

from pathlib import Path

from editor_figures.round_trip import measure_round_trip
from figure import Bench
from typing_session import KEYS, moments


def test_a_session_is_typed_key_by_key() -> None:
    typed = list(moments())
    assert len(typed) == len(KEYS)
    assert {moment.suffix for moment in typed} == {typed[0].suffix}
    body = typed[-1].body(16)
    assert f"{body['input_prefix']}{body['prompt']}" == typed[-1].prefix
    assert typed[-1].prefix.endswith(KEYS[-80:])
    assert {moment.suffix for moment in moments(behind=False)} == {""}


def test_a_round_trip_is_timed(tmp_path: Path) -> None:
    (figure,) = measure_round_trip(Bench(tmp_path, tmp_path, tmp_path, quick=True))
    assert 0 < figure.ours < 1000 and figure.target is not None
