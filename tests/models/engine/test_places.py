"""Ids and positions of images: whatever is appended and cut, places and positions agree."""

from hypothesis import given
from hypothesis import strategies as st

from inhouse_models.engine.places import (
    MOST_ADVANCE,
    Places,
    count_positions,
    find_images,
    image_ids,
    text_before_image,
)

texts = st.lists(st.integers(0, 200_000), max_size=20)
images = st.builds(image_ids, st.text(max_size=8), st.integers(1, 40), st.integers(1, MOST_ADVANCE))
parts = st.lists(st.one_of(texts, images), max_size=8)


@given(parts=parts, cut=st.integers(0, 200))
def test_positions_after_every_part_and_after_a_cut(parts: list[list[int]], cut: int) -> None:
    places = Places(shared=True)
    tokens: list[int] = []
    for part in parts:
        places.extend(len(tokens), part)
        tokens += part
        assert places.position(len(tokens)) == count_positions(tokens)
    kept = places.outside(min(cut, len(tokens)))
    assert all(not one.start < kept < one.end for one in find_images(tokens))
    places.keep(kept)
    assert places.position(kept) == count_positions(tokens[:kept])
    assert places.has_images == bool(find_images(tokens[:kept]))


@given(count=st.integers(1, 500), advance=st.integers(1, MOST_ADVANCE), before=texts, after=texts)
def test_ids_say_where_an_image_ends_and_what_it_takes(
    count: int, advance: int, before: list[int], after: list[int]
) -> None:
    ids = image_ids("name", count, advance)
    assert len(ids) == count
    assert all(-(2**31) <= token < 0 for token in ids)
    (image,) = find_images([*before, *ids, *after])
    assert (image.start, image.end, image.advance) == (len(before), len(before) + count, advance)
    assert text_before_image([*before, *ids]) == before


def test_images_side_by_side_are_told_apart() -> None:
    first, second = image_ids("a", 3, 2), image_ids("b", 4, 9)
    assert [(one.start, one.end, one.advance) for one in find_images([*first, *second])] == [
        (0, 3, 2),
        (3, 7, 9),
    ]
    assert image_ids("a", 3, 2) == first
    assert image_ids("b", 3, 2) != first


def test_what_the_memory_holds_behind_an_image() -> None:
    ids = [1, 2, *image_ids("a", 12, 4)]
    spatial, plain = Places(shared=True), Places(shared=False)
    for places in (spatial, plain):
        places.extend(0, ids)
        places.extend(len(ids), [7])
    # All rows of the image stand at its first position, and the text goes on behind it.
    assert (spatial.held(14), spatial.position(14), spatial.held(15)) == (3, 6, 7)
    assert (plain.held(14), plain.position(14)) == (6, 6)
