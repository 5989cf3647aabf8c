"""Nothing untrusted can move a cursor, reorder text or hide in it."""

import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from inhouse.sanitise import escape_json, sanitise, sanitise_line

UNSAFE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
HOSTILE = st.text(
    alphabet=st.characters() | st.sampled_from("\x1b\x9b\r\n\t\u202e\u200b\ud800\x7f")
)


@given(HOSTILE)
def test_only_newlines_and_tabs_survive(text: str) -> None:
    left = {char for char in sanitise(text) if unicodedata.category(char) in UNSAFE}
    assert left <= {"\n", "\t"}


@given(HOSTILE)
def test_sanitising_twice_changes_nothing(text: str) -> None:
    assert sanitise(sanitise(text)) == sanitise(text)


@given(HOSTILE)
def test_a_line_stays_one_line(text: str) -> None:
    assert len(sanitise_line(text).splitlines()) <= 1
    assert not any(unicodedata.category(char) in UNSAFE for char in sanitise_line(text))


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs", "M"])))
def test_visible_text_is_untouched(text: str) -> None:
    assert sanitise(text) == text
    assert sanitise_line(text) == text


@given(HOSTILE)
def test_json_keeps_its_value_and_is_safe(text: str) -> None:
    shown = escape_json(json.dumps({"text": text}, ensure_ascii=False))
    assert json.loads(shown) == {"text": text}
    assert not any(unicodedata.category(char) in UNSAFE for char in shown)


def test_escapes_are_readable() -> None:
    assert sanitise("a\x1b]0;x\x07\r\nb\rc\u202ed\U000e0041") == (
        "a\\x1b]0;x\\x07\nb\\rc\\u202ed\\U000e0041"
    )
    assert sanitise_line("a\nb\tc") == "a\\nb\\tc"
