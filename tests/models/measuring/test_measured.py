"""A measurement as a value: medians, JSON and back, and what is no measurement."""

import json
from typing import Any

import pytest

from inhouse_models.measuring.measured import (
    Disturbance,
    Layout,
    Measured,
    decode_measured,
    encode_measured,
)

LAYOUT = Layout("f", 16_384, 0, 25, False, "f16", "f16", False, 2, 2, 512, 630_167_424)
MEASURED = Measured(
    LAYOUT, (120.0, 130.0, 90.0), (40.0, 45.0), Disturbance(0.5, 1, 2, 0.9, (0.8, 0.7)), 1.5
)


def test_medians() -> None:
    assert (MEASURED.reading, MEASURED.writing) == (120.0, 42.5)


def test_goes_over_json_and_back() -> None:
    assert decode_measured(json.loads(json.dumps(encode_measured(MEASURED)))) == MEASURED


@pytest.mark.parametrize(
    "change",
    [
        {"reading_samples": []},
        {"writing_samples": [0.0]},
        {"writing_samples": ["quick"]},
        {"disturbance": None},
        {"disturbance": {"gpu_clocks": [], "unknown": 1}},
        {"layout": {"context": 1}},
        {"layout": 3},
        {"load_seconds": None},
    ],
)
def test_anything_else_is_none(change: dict[str, Any]) -> None:
    assert decode_measured({**encode_measured(MEASURED), **change}) is None
    assert decode_measured({}) is None
