"""Texts that end an answer, however it is cut into pieces."""

from hypothesis import given
from hypothesis import strategies as st

from inhouse_models.serving.stopping import StopCutter

letters = st.text(alphabet="ab\n", max_size=20)
stops = st.lists(st.text(alphabet="ab\n", min_size=1, max_size=4), max_size=3)


@given(st.lists(letters), stops)
def test_what_is_shown_ends_before_the_first(pieces: list[str], ends: list[str]) -> None:
    cutter = StopCutter(ends)
    shown, text, given = "", "", ""
    for piece in pieces:
        shown += cutter.feed(piece)
        given += piece
        # A stop ends it with the piece that completes it.
        places = [place for end in ends if (place := given.find(end)) >= 0]
        if places:
            text = given[: min(places)]
            break
        assert given.startswith(shown) and not cutter.stopped
    else:
        text = given
    assert cutter.stopped is any(end in given for end in ends)
    assert shown + cutter.close() == text
    assert cutter.close() == ""
