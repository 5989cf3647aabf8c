"""A name is found where a look at the whole file finds it, however near or far it stands."""

import re
from pathlib import Path

import pytest

from inhouse_tools.syntax import references, renaming
from inhouse_tools.syntax.renaming import NamePlaces, places_of

SAMPLES = sorted((Path(__file__).parent / "syntax_samples").iterdir())


@pytest.mark.parametrize("near", [0, 200])
def test_a_near_look_finds_what_a_whole_look_finds(
    monkeypatch: pytest.MonkeyPatch, near: int
) -> None:
    monkeypatch.setattr(renaming, "NEAR_BYTES", near)
    found = 0
    for sample in SAMPLES:
        name, text = sample.name, sample.read_text()
        source = text.encode()
        words = sorted(set(re.findall(r"\w+[?!]?", text)))
        for word in words[:: len(words) // 10 + 1]:
            places = places_of(name, source, word)
            known = references(name, source, word)
            spans = tuple((each.start_byte, each.end_byte) for each in known)
            assert places.spans == spans, (name, word)
            assert places.defined == any(each.is_definition for each in known), (name, word)
            found += len(places.spans)
    assert found > 50


def test_a_file_that_parses_is_told_from_one_that_does_not() -> None:
    assert places_of("a.py", b"def f(): pass\n", "f") == NamePlaces(((4, 5),), True, True)
    assert not places_of("a.py", b"def f(: pass\n", "f").parses
    assert places_of("a.py", b"f()\n", "f") == NamePlaces(((0, 1),), False, True)
    assert places_of("a.py", b"g()\n", "f") == NamePlaces()
    assert places_of("notes.txt", b"f", "f") == NamePlaces()
