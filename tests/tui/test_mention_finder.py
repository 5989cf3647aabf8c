"""Finding names by some of their letters."""

import time

from hypothesis import given
from hypothesis import strategies as st

from inhouse.tui.composer.finder import Finder
from inhouse.tui.composer.fuzzy import match_name

NAMES = (
    "src/inhouse/tui/composer/composer.py",
    "src/inhouse/tui/composer/chips.py",
    "src/compose.yaml",
    "tests/test_composer.py",
    "docs/company/overview.md",
    "README.md",
    "src/inhouse/tui/",
)


def best(query: str) -> str:
    return Finder(NAMES).find(query)[0].name


def test_the_last_part_counts_most() -> None:
    assert best("composer") == "src/inhouse/tui/composer/composer.py"
    assert best("compose") == "src/compose.yaml"
    assert best("readme") == "README.md"
    assert best("tui/") == "src/inhouse/tui/"


def test_letters_of_words_find_a_path() -> None:
    assert best("tcomp") == "tests/test_composer.py"
    assert best("tuichips") == "src/inhouse/tui/composer/chips.py"
    assert best("tui chips") == "src/inhouse/tui/composer/chips.py"
    assert Finder(NAMES).find("zzz") == []
    assert len(Finder(NAMES).find("")) == len(NAMES)


def test_a_narrowed_search_finds_what_a_new_one_finds() -> None:
    finder = Finder(NAMES)
    for query in ("t", "te", "tec", "te", "x", "tecp"):
        assert finder.find(query) == Finder(NAMES).find(query)


def test_a_search_that_is_stopped_finds_nothing_and_spoils_nothing() -> None:
    finder = Finder(NAMES)
    assert finder.find("tec", stopped=lambda: True) == []
    assert finder.find("tec") == Finder(NAMES).find("tec")


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=20), st.text(max_size=6)
)
def test_places_are_the_letters_that_were_asked_for(name: str, query: str) -> None:
    lower = "".join(query.lower().split())
    match = match_name(lower, name) if lower else None
    if match is not None:
        assert len(match.places) == len(lower)
        assert list(match.places) == sorted(set(match.places))
        for place, letter in zip(match.places, lower, strict=True):
            assert name[place].lower()[:1] == letter or name.lower()[place] == letter


@given(
    st.lists(st.text("abc/", min_size=1, max_size=8), max_size=20),
    st.text("abc", min_size=1, max_size=3),
)
def test_everything_that_fits_is_found(names: list[str], query: str) -> None:
    def fits(name: str) -> bool:
        letters = iter(name)
        return all(letter in letters for letter in query)

    names = sorted(set(names))
    found = {match.name for match in Finder(names).find(query)}
    assert found == {name for name in names if fits(name)}


def test_a_hundred_thousand_paths_answer_at_once() -> None:
    words = ("core", "utils", "session", "model", "view", "handler", "render", "config")
    names = [
        f"{words[n % 8]}/{words[n // 8 % 8]}/{words[n // 64 % 8]}_{words[n // 512 % 8]}_{n}.py"
        for n in range(100_000)
    ]
    finder = Finder(names)
    spent: list[float] = []
    for query in ("r", "re", "ren", "rend", "render", "render_c", "hdl9", "config_99"):
        # The time of this thread alone: others may use the machine.
        begun = time.thread_time()
        assert finder.find(query)
        spent.append(time.thread_time() - begun)
    # A tenth of this where nothing else runs; it finds a search that looks at everything twice.
    assert sorted(spent)[len(spent) // 2] < 0.5
