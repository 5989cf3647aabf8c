"""What can be tried on a machine, and what is said of the rest."""

from dataclasses import replace

import pytest

from inhouse_models.speed.choices import SpeedChoices
from inhouse_models.speed.factors import Scene, drafting_factors, factors
from inhouse_models.speed.locking import judge_lock
from inhouse_models.speed.search import Factor

MIB = 1024**2
SCENE = Scene(
    start=SpeedChoices(
        threads=8,
        reading_threads=8,
        batch=512,
        flash_attention=True,
        kv_type="f16",
        drafting="on",
        prediction=True,
    ),
    hand=SpeedChoices(),
    physical_cores=8,
    cores=16,
    read=2048,
    quantisable=True,
    layers_on_cards=True,
    cards=2,
    size=1000 * MIB,
    lock_limit=None,
    no_prediction="",
    refuse=lambda _choices: "",
)


def by_name(scene: Scene) -> dict[str, Factor]:
    return {one.name: one for one in (*factors(scene), *drafting_factors(scene))}


def test_a_machine_with_two_cards_has_everything_to_try() -> None:
    found = by_name(SCENE)
    assert [name for name, one in found.items() if one.impossible] == ["load_mode"]
    # Physical cores, parts of them, and their second threads.
    assert found["threads"].values == (16, 8, 6, 4, 2)
    assert found["batch"].values == (64, 128, 256, 1024, 2048)
    assert found["flash_attention"].values == (False,)
    assert found["kv_type"].values == ("q8_0",)
    assert found["gpu_split"].values == ((1.0, 1.0), (1.0, 0.0))
    assert found["prediction"].values == (False,)
    assert list(found)[-2:] == ["prediction", "drafting"]


@pytest.mark.parametrize(
    ("scene", "name", "reason"),
    [
        (replace(SCENE, cards=0), "gpu_split", "there is no graphics card"),
        (replace(SCENE, cards=1), "gpu_split", "there is one graphics card"),
        (replace(SCENE, layers_on_cards=False), "gpu_split", "no layers lie on graphics cards"),
        (replace(SCENE, cores=1), "threads", "one core only"),
        (replace(SCENE, quantisable=False), "kv_type", "do not divide into blocks"),
        (replace(SCENE, read=64), "batch", ""),
        (replace(SCENE, no_prediction="it has none"), "prediction", "it has none"),
        (replace(SCENE, hand=SpeedChoices(kv_type="f16")), "kv_type", "you have set it: kv_type ="),
        (replace(SCENE, hand=SpeedChoices(drafting="on")), "drafting", "you have set it"),
        (replace(SCENE, lock_limit=8 * MIB), "load_mode", "mlock is not possible"),
        (replace(SCENE, lock_limit=None), "load_mode", "mlock is possible here"),
    ],
)
def test_what_cannot_be_tried_says_why(scene: Scene, name: str, reason: str) -> None:
    assert reason in by_name(scene)[name].impossible


def test_the_memory_plan_judges_what_takes_memory() -> None:
    def refuse(choices: SpeedChoices) -> str:
        return "no room" if choices.batch == 2048 or choices.flash_attention is False else ""

    found = by_name(replace(SCENE, refuse=refuse))
    assert found["batch"].values == (64, 128, 256, 1024)
    assert found["flash_attention"].impossible == "off: no room"


def test_a_lock_needs_the_permission_for_all_of_it() -> None:
    assert judge_lock(1000 * MIB, None) == judge_lock(8 * MIB, 8 * MIB) == ""
    assert "1,000 MiB is above this user's limit of 8 MiB" in judge_lock(1000 * MIB, 8 * MIB)
