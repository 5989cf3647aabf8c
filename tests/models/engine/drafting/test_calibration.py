"""A calibration is remembered for one model on one machine, and anything odd is not there."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inhouse_models.engine.drafting.calibration import (
    Calibration,
    Facts,
    calibration_folder,
    calibration_path,
    decode_calibration,
    encode_calibration,
    recall_calibration,
    remember_calibration,
)
from inhouse_models.engine.drafting.curve import BatchCurve

FACTS: Facts = {"model": "abc", "processor": "Some CPU", "cores": 2, "backends": "CPU"}
MEASURED = Calibration(BatchCurve((0.02, 0.03, 0.03)), 113.0, 2, 4, False, 256)


@settings(deadline=None)
@given(
    st.lists(st.floats(1e-9, 1e3), min_size=1, max_size=17).map(sorted),
    st.floats(1e-3, 1e6),
    st.tuples(st.integers(1, 256), st.integers(1, 256)),
    st.booleans(),
    st.dictionaries(st.text(), st.text() | st.integers()),
)
def test_what_is_written_is_read(
    seconds: list[float],
    speed: float,
    threads: tuple[int, int],
    flash: bool,
    facts: dict[str, str | int],
) -> None:
    calibration = Calibration(BatchCurve(tuple(seconds)), speed, *threads, flash, 512)
    assert decode_calibration(encode_calibration(calibration, facts), facts) == calibration


@settings(deadline=None)
@given(st.text() | st.recursive(st.integers() | st.none(), st.lists).map(json.dumps))
def test_garbage_is_not_there(text: str) -> None:
    assert decode_calibration(text, FACTS) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("version", 1),
        ("facts", {"model": "other"}),
        ("curve", []),
        ("curve", [0.2, 0.1]),
        ("curve", "fast"),
        ("curve", None),
        ("reading_tokens_per_second", 0.0),
        ("reading_tokens_per_second", float("nan")),
        ("threads", 0),
        ("threads", "2"),
        ("reading_threads", 0),
        ("flash_attention", 1),
        ("chunk", -512),
    ],
)
def test_a_foreign_or_damaged_value_is_not_there(key: str, value: object) -> None:
    text = encode_calibration(MEASURED, FACTS)
    assert decode_calibration(json.dumps({**json.loads(text), key: value}), FACTS) is None
    missing = {name: kept for name, kept in json.loads(text).items() if name != key}
    assert decode_calibration(json.dumps(missing), FACTS) is None


def test_it_is_remembered_for_these_facts_only() -> None:
    assert recall_calibration(FACTS) is None
    assert remember_calibration(MEASURED, FACTS) is None
    assert recall_calibration(FACTS) == MEASURED
    assert recall_calibration(dict(reversed(list(FACTS.items())))) == MEASURED
    assert recall_calibration({**FACTS, "cores": 4}) is None


def test_only_the_person_may_read_it_and_nothing_else_is_left() -> None:
    remember_calibration(MEASURED, FACTS)
    remember_calibration(MEASURED, FACTS)
    path = calibration_path(FACTS)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(calibration_folder().iterdir()) == [path]


def test_the_cache_folder_is_where_the_person_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    remember_calibration(MEASURED, FACTS)
    assert calibration_path(FACTS).parent == tmp_path / "inhouse" / "calibration"
    assert recall_calibration(FACTS) == MEASURED


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe", b"{", b"[1]"])
def test_a_damaged_file_is_not_there_and_is_replaced(damage: bytes) -> None:
    remember_calibration(MEASURED, FACTS)
    calibration_path(FACTS).write_bytes(damage)
    assert recall_calibration(FACTS) is None
    assert remember_calibration(MEASURED, FACTS) is None
    assert recall_calibration(FACTS) == MEASURED


def test_a_folder_that_cannot_be_made_is_a_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert isinstance(remember_calibration(MEASURED, FACTS), OSError)
    assert recall_calibration(FACTS) is None


def test_a_failed_write_leaves_the_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    remember_calibration(MEASURED, FACTS)

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    other = Calibration(BatchCurve((1.0,)), 1.0, 1, 1, True, 64)
    assert isinstance(remember_calibration(other, FACTS), OSError)
    assert recall_calibration(FACTS) == MEASURED
    assert list(calibration_folder().iterdir()) == [calibration_path(FACTS)]
