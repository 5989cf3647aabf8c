"""Drafts continue what stood before, follow a copied file, and repeat replacements."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models.engine.drafting.copying import GPU, RENAMED, Tokeniser, make_copy, write_fixed

from inhouse_models.engine.drafting.lookup import Lookup
from inhouse_models.engine.drafting.ngrams import LONGEST, SHORTEST

few_ids = st.lists(st.integers(0, 3), max_size=40)
FILE = "def area(width, height):\n    assert width > 0\n    return width * height\n"


def continuations(text: Sequence[int], last: Sequence[int], length: int) -> list[list[int]]:
    """What followed every occurrence of `last`, as far as something did."""
    size = len(last)
    return [
        list(text[place : place + length])
        for place in range(size, len(text))
        if list(text[place - size : place]) == list(last)
    ]


@settings(deadline=None)
@given(st.lists(few_ids, max_size=3), few_ids, st.integers(1, 12))
def test_a_draft_continues_the_longest_match(
    references: list[list[int]], transcript: list[int], limit: int
) -> None:
    lookup = Lookup(references)
    lookup.read(transcript)
    texts = [*references, transcript]
    for size in range(min(LONGEST, len(transcript)), SHORTEST - 1, -1):
        found = [one for text in texts for one in continuations(text, transcript[-size:], limit)]
        if found:
            assert lookup.draft(limit) in found
            return
    assert lookup.draft(limit) == []


@settings(deadline=None)
@given(few_ids, few_ids, few_ids, few_ids, st.data())
def test_rewinding_is_like_having_read_no_more(
    reference: list[int], read: list[int], written: list[int], more: list[int], data: st.DataObject
) -> None:
    length = data.draw(st.integers(0, len(read) + len(written)))
    lookup, fresh = Lookup([reference]), Lookup([reference])
    lookup.read(read)
    lookup.extend(written)
    lookup.rewind(length)
    fresh.read([*read, *written][:length])
    for token in more:
        assert lookup.draft(8) == fresh.draft(8)
        assert lookup.agreed == fresh.agreed
        lookup.append(token)
        fresh.append(token)
    assert list(lookup.transcript) == list(fresh.transcript)


@settings(deadline=None)
@given(st.lists(few_ids, max_size=2), few_ids, few_ids, st.integers(0, 9))
def test_a_draft_holds_only_ids_that_stood_somewhere(
    references: list[list[int]], read: list[int], written: list[int], limit: int
) -> None:
    lookup = Lookup(references)
    lookup.read(read)
    known = {*read, *(token for reference in references for token in reference)}
    for token in written:
        draft = lookup.draft(limit)
        assert len(draft) <= limit
        assert set(draft) <= known
        lookup.append(token)
        known.add(token)


@settings(deadline=None)
@given(st.integers(2, 60), st.integers(0, 40))
def test_an_exact_copy_is_drafted_to_its_end(length: int, start: int) -> None:
    file = list(range(length))
    copied = file[start:]
    lookup = Lookup([file])
    lookup.extend(copied[:SHORTEST])
    for place in range(SHORTEST, len(copied)):
        assert lookup.draft(length) == copied[place:]
        lookup.append(copied[place])


def test_nothing_known_gives_no_draft() -> None:
    lookup = Lookup()
    assert lookup.draft(8) == []
    lookup.extend([1, 2, 3, 4])
    assert lookup.draft(8) == []


def test_the_file_being_rewritten_goes_before_what_was_written_later() -> None:
    lookup = Lookup([[1, 2, 3, 40], [1, 2, 3, 50]])
    lookup.read([1, 2, 3, 60, 0])
    lookup.extend([1, 2, 3])
    assert lookup.draft(1) == [40]


def test_the_latest_occurrence_goes_before_earlier_ones_and_other_files() -> None:
    lookup = Lookup([[], [1, 2, 3, 50]])
    lookup.read([1, 2, 3, 60, 0, 1, 2, 3, 70, 0])
    lookup.extend([1, 2, 3])
    assert lookup.draft(1) == [70]


def test_the_place_behind_the_last_one_goes_first() -> None:
    lookup = Lookup([[1, 2, 30, 4, 5, 1, 2, 31, 6, 7, 1, 2, 32]])
    lookup.extend([1, 2, 30, 4, 5, 99, 98, 1, 2])
    assert lookup.draft(3) == [31, 6, 7]


def test_a_longer_agreement_goes_before_the_file() -> None:
    lookup = Lookup([[2, 3, 40]])
    lookup.read([7, 8, 9, 1, 2, 3, 70, 0])
    lookup.extend([7, 8, 9, 1, 2, 3])
    assert lookup.draft(1) == [70]
    assert lookup.agreed >= 4


def draft_after(begin: str, end: str, file: str = FILE) -> tuple[list[int], list[int]]:
    """What is drafted after `begin`, and the ids of `end`."""
    tokeniser = Tokeniser()
    lookup = Lookup([tokeniser.tokenise(file)])
    begun = tokeniser.tokenise(begin)
    lookup.extend(begun)
    rest = tokeniser.tokenise(begin + end)[len(begun) :]
    return lookup.draft(len(rest)), rest


@pytest.mark.parametrize("name", ["side", "a_longer_side_of_it", "w"])
def test_a_renamed_name_is_renamed_in_the_draft(name: str) -> None:
    begin = f"def area({name}, height):\n    assert"
    draft, rest = draft_after(begin, f" {name} > 0\n    return {name} * height\n")
    assert draft != rest
    begin = f"def area({name}, height):\n    assert {name} > 0\n    return"
    draft, rest = draft_after(begin, f" {name} * height\n")
    assert draft == rest


def test_a_replacement_that_is_not_made_again_is_given_up() -> None:
    file = "a(x); b(x); c(x); d(x); e(x)"
    draft, rest = draft_after("a(y); b", "(y); c(y", file)
    assert draft == rest
    draft, rest = draft_after("a(y); b(x); c", "(x); d(x", file)
    assert draft == rest


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("self.a = 1; self.b = 2; self.c", " = 3; self.d = 4;"),
        ("me.a = 1; me.b = 2; me.c", " = 3; me.d = 4;"),
    ],
)
def test_what_is_put_before_a_name_is_put_there_again(begin: str, end: str) -> None:
    draft, rest = draft_after(begin, end, "one.a = 1; one.b = 2; one.c = 3; one.d = 4;")
    assert draft == rest


def test_a_left_out_part_is_jumped_over() -> None:
    file = list(range(100))
    lookup = Lookup([file])
    lookup.extend([*range(20), 60, 61])
    assert lookup.draft(4) == [62, 63, 64, 65]


def test_a_coincidence_far_ahead_does_not_lead_away() -> None:
    file = [*range(50), 7, 8, 90, *range(100, 140)]
    lookup = Lookup([file])
    lookup.extend([*range(20), 7, 8])
    assert lookup.draft(1) == [90]
    lookup.extend([20, 21])
    assert lookup.draft(4) == [22, 23, 24, 25]


def test_other_references_replace_the_first() -> None:
    lookup = Lookup([[1, 2, 3]])
    lookup.read([1, 2])
    assert lookup.draft(1) == [3]
    lookup.refer([[1, 2, 4]])
    assert lookup.draft(1) == [4]


@pytest.mark.parametrize("path", RENAMED)
@pytest.mark.parametrize("named", [True, False], ids=["named", "only read"])
@pytest.mark.parametrize(("length", "accepted"), [(4, 2.5), (10, 4.0)])
def test_a_renamed_copy_is_mostly_drafted(
    path: str, named: bool, length: int, accepted: float
) -> None:
    copy = make_copy(path)
    lookup = Lookup([copy.file] if named else [])
    lookup.read(copy.file)
    written = write_fixed(lookup, copy.renamed, length, GPU)
    # All steps count, also those without a draft.
    assert written.accepted / written.steps >= accepted
