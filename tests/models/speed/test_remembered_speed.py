"""What trials have found is kept for a model and a machine, and is of no use to others."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse_models.speed.choices import (
    SpeedChoices,
    decode_choices,
    encode_choices,
    read_choices,
    spell,
)
from inhouse_models.speed.facts import Facts, build_key, machine_facts, model_key, state_folder
from inhouse_models.speed.remembered import Stale, Tuned, forget, recall, remember

TUNED = Tuned(SpeedChoices(threads=3, flash_attention=True), 12.0, 10.5, 1_000.0, "a-model")

some_choices = st.builds(
    SpeedChoices,
    threads=st.none() | st.integers(1, 64),
    reading_threads=st.none() | st.integers(1, 64),
    batch=st.none() | st.integers(32, 4096),
    flash_attention=st.none() | st.booleans(),
    kv_type=st.sampled_from((None, "f16", "q8_0")),
    load_mode=st.sampled_from((None, "mmap", "mlock", "read")),
    gpu_layers=st.none() | st.integers(0, 100),
    gpu_split=st.sampled_from((None, (1.0, 1.0), (3.0, 0.5))),
    drafting=st.sampled_from((None, "on", "off")),
    prediction=st.none() | st.booleans(),
)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "a.gguf"
    path.write_bytes(b"GGUF and so on")
    return path


@given(some_choices)
def test_choices_come_back_as_they_were(choices: SpeedChoices) -> None:
    assert decode_choices(encode_choices(choices)) == choices
    assert choices.over(SpeedChoices()) == SpeedChoices().over(choices) == choices


@given(some_choices, some_choices)
def test_the_stronger_choices_win_one_by_one(one: SpeedChoices, other: SpeedChoices) -> None:
    assert one.over(other).given() == {**other.given(), **one.given()}


@pytest.mark.parametrize(
    "values",
    [
        {"threads": 0},
        {"threads": True},
        {"threads": "2"},
        {"batch": 1_000_000},
        {"kv_type": "q4_0"},
        {"flash_attention": 1},
        {"gpu_split": []},
        {"gpu_split": [0, 0]},
        {"gpu_split": [1, "x"]},
        {"gpu_split": [float("nan")]},
        {"unknown": 1},
        ["threads"],
        None,
    ],
)
def test_what_nobody_could_have_chosen_is_not_read(values: object) -> None:
    assert read_choices(values) is None
    assert read_choices({}) == SpeedChoices()


@given(st.text())
def test_any_text_is_read_without_a_fault(text: str) -> None:
    assert decode_choices(text) is None or isinstance(decode_choices(text), SpeedChoices)


def test_values_are_spelt_as_settings_are() -> None:
    spelt = [spell(one) for one in (None, True, False, 4, "q8_0", (3.0, 0.5))]
    assert spelt == ["", "on", "off", "4", "q8_0", "3,0.5"]


def test_a_result_is_kept_for_the_model_and_forgotten(model: Path, tmp_path: Path) -> None:
    assert recall(model) is None
    remember(model, TUNED)
    assert recall(model) == TUNED
    (file,) = state_folder().iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    later = Tuned(SpeedChoices(threads=1), 5.0, 4.0, 2_000.0, "a-model")
    remember(model, later)
    assert recall(model) == later
    assert len(list(state_folder().iterdir())) == 1
    other = tmp_path / "other.gguf"
    other.write_bytes(b"GGUF and so on, but longer")
    assert recall(other) is None
    assert model_key(other) != model_key(model)
    assert forget(model)
    assert (recall(model), forget(model)) == (None, False)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("processor", "another", "the processor"),
        ("cores", 99, "the number of cores"),
        ("cards", "RTX 4090 (24564 MiB)", "the graphics cards"),
        ("library", "0.0.1", "llama-cpp-python"),
        ("build", "built anew", "the build of llama.cpp"),
    ],
)
def test_a_machine_that_has_changed_makes_it_stale(
    model: Path, name: str, value: str | int, said: str
) -> None:
    remember(model, TUNED)
    changed: Facts = {**machine_facts(), name: value}
    found = recall(model, changed)
    assert isinstance(found, Stale)
    assert (found.changed, found.tuned) == (said, TUNED)
    # Another result for what is here now stands beside it, and both are forgotten together.
    remember(model, TUNED, changed)
    assert recall(model) == recall(model, changed) == TUNED
    assert len(list(state_folder().iterdir())) == 2
    forget(model)
    assert list(state_folder().iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}', "\x00", "9" * 5000])
def test_a_damaged_result_is_none(model: Path, text: str) -> None:
    remember(model, TUNED)
    (file,) = state_folder().iterdir()
    file.write_text(text, encoding="utf-8")
    assert recall(model) is None
    remember(model, TUNED)
    assert recall(model) == TUNED


def test_the_build_of_the_library_has_a_name() -> None:
    assert len(build_key()) == 16
    assert machine_facts()["build"] == build_key()


def test_a_file_that_is_not_there_has_no_result(tmp_path: Path) -> None:
    assert recall(tmp_path / "none.gguf") is None
