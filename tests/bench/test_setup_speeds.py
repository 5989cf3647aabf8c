"""The measurements of scripts/bench/setup: how far apart two speeds are, and programs that fail."""

import os
import sys

import pytest
from bench_run import BenchError
from setup_speeds import NEAR, figure, run


@pytest.mark.parametrize(
    ("pairs", "judged", "verdict"),
    [
        ([(100.0, 100.0), (95.0, 100.0), (104.0, 100.0)], 1.0, "met"),
        ([(91.0, 100.0), (92.0, 100.0), (50.0, 100.0)], 100 / 91, "met"),
        ([(111.0, 100.0), (112.0, 100.0), (90.0, 100.0)], 1.11, "missed"),
        ([(80.0, 100.0)], 1.25, "missed"),
    ],
)
def test_either_may_be_the_quicker_one(
    pairs: list[tuple[float, float]], judged: float, verdict: str
) -> None:
    line = figure("writing", pairs, "3 pairs")
    assert line.judged == pytest.approx(judged)
    assert (line.verdict, line.target) == (verdict, NEAR)
    assert "ours over theirs" in line.note


def test_a_program_that_fails_is_a_wrong_result() -> None:
    answer = [sys.executable, "-c", "print('[1, 2]')"]
    assert run(answer, os.environ) == [1, 2]
    with pytest.raises(BenchError, match="no such model"):
        run([sys.executable, "-c", "raise SystemExit('no such model')"], os.environ)
