"""Where each choice that decides on speed comes from, as rows of a table."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from inhouse.times import describe_age

if TYPE_CHECKING:
    from inhouse.settings import Settings

ORIGINS = {
    "set": "your setting",
    "tuned": "inhouse models tune",
    "measured": "measured when nobody waited",
    "planned": "the memory plan",
    "default": "the default",
}


def speed_rows(choices: Mapping[str, tuple[str, str]]) -> list[list[str]]:
    """Name, value and origin of each, with a head; origins as an engine's host spells them."""
    if not choices:
        return [["choices", "not known yet: the model is being loaded"]]
    rows = [["CHOICE", "VALUE", "FROM"]]
    return rows + [
        [name, value, ORIGINS.get(origin, origin)] for name, (value, origin) in choices.items()
    ]


def choice_rows(name: str, path: Path, settings: "Settings") -> list[list[str]]:
    """What decides on the speed of a model that is not loaded: settings, before what trials have
    found, before what its engine chooses when it loads it."""
    from inhouse.speed_settings import all_choices
    from inhouse_models.speed.choices import NAMES, spell
    from inhouse_models.speed.remembered import Stale, recall

    found = recall(path)
    hand = all_choices(settings).given()
    tuned = {} if found is None or isinstance(found, Stale) else found.choices.given()
    rows = [[one, f"{spell(hand[one])} (your setting)"] for one in NAMES if one in hand]
    for choice, value in tuned.items():
        if choice not in hand:
            rows.append([choice, f"{spell(value)} (found by inhouse models tune)"])
    if found is None:
        rows.append(
            ["tuned", f"no; find out what is quickest here with: inhouse models tune {name}"]
        )
    elif isinstance(found, Stale):
        rows.append(
            ["tuned", f"not used any more: {found.changed} changed; inhouse models tune {name}"]
        )
    else:
        age = describe_age(time.time() - found.when)
        rows.append(["tuned", f"{age}; forget it with: inhouse models tune {name} --forget"])
    rest = [one for one in NAMES if one not in hand and one not in tuned]
    if rest:
        said = f"{', '.join(rest)} (see inhouse engine status -v)"
        rows.append(["chosen by the engine", said])
    return rows
