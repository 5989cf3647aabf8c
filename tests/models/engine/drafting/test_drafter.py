"""Drafter, lookup and policy together on copied and on fresh text, in the time of two machines."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models.engine.drafting.copying import (
    CPU,
    GPU,
    RENAMED,
    make_copy,
    write_adaptive,
    write_fixed,
)

from inhouse_models.engine.drafting.curve import BatchCurve
from inhouse_models.engine.drafting.drafter import Drafter
from inhouse_models.engine.drafting.lookup import Lookup
from inhouse_models.engine.drafting.policy import DraftPolicy

machines = pytest.mark.parametrize("curve", [CPU, GPU], ids=["cpu", "gpu"])
FIXED = (0, 4, 10, 16)


def fresh_lookup(file: list[int]) -> Lookup:
    lookup = Lookup([file])
    lookup.read(file)
    return lookup


@machines
@pytest.mark.parametrize("path", RENAMED)
def test_a_copy_is_written_nearly_as_fast_as_with_the_best_fixed_length(
    path: str, curve: BatchCurve
) -> None:
    copy = make_copy(path)
    fixed = [write_fixed(fresh_lookup(copy.file), copy.renamed, one, curve) for one in FIXED]
    chosen = write_adaptive(fresh_lookup(copy.file), copy.renamed, DraftPolicy(curve))
    assert chosen.seconds <= 1.10 * min(one.seconds for one in fixed)
    assert chosen.seconds < 0.9 * fixed[0].seconds


@machines
@pytest.mark.parametrize("path", RENAMED)
def test_fresh_text_is_not_slower_than_without_drafts(path: str, curve: BatchCurve) -> None:
    copy = make_copy(path)
    chosen = write_adaptive(fresh_lookup(copy.file), copy.unrelated, DraftPolicy(curve))
    assert chosen.seconds <= 1.03 * len(copy.unrelated) * curve.at(1)


def test_drafting_is_off_on_fresh_text_where_it_cannot_pay() -> None:
    for path in RENAMED:
        copy = make_copy(path)
        written = write_adaptive(fresh_lookup(copy.file), copy.unrelated, DraftPolicy(CPU))
        assert written.drafted < 0.15 * len(copy.unrelated)


@machines
def test_one_policy_serves_many_answers(curve: BatchCurve) -> None:
    policy = DraftPolicy(curve)
    copied = fresh = without = best = 0.0
    for path in [*RENAMED] * 3:
        copy = make_copy(path)
        fresh += write_adaptive(fresh_lookup(copy.file), copy.unrelated, policy).seconds
        without += len(copy.unrelated) * curve.at(1)
        copied += write_adaptive(fresh_lookup(copy.file), copy.renamed, policy).seconds
        best += min(
            write_fixed(fresh_lookup(copy.file), copy.renamed, one, curve).seconds for one in FIXED
        )
    assert copied <= 1.10 * best
    assert fresh <= 1.03 * without


ids = st.lists(st.integers(0, 3), max_size=40)


@settings(deadline=None)
@given(ids, ids, st.integers(0, 3), st.one_of(st.none(), st.integers(0, 5)))
def test_a_proposal_is_the_beginning_of_the_draft(
    read: list[int], answer: list[int], certain: int, room: int | None
) -> None:
    lookup = Lookup()
    lookup.read(read)
    policy = DraftPolicy(GPU)
    drafter = Drafter(lookup, policy)
    for token in answer:
        proposal = drafter.propose(certain, room)
        assert proposal == lookup.draft(policy.longest)[: len(proposal)]
        assert room is None or len(proposal) <= room
        drafter.record(0, GPU.at(1 + certain + len(proposal)))
        drafter.append(token)
    assert list(lookup.transcript) == read + answer


class Oracle:
    """A source that knows, or that is always wrong."""

    agreed = 20

    def __init__(self, right: bool) -> None:
        self.right = right
        self._next = 0

    def append(self, token: int) -> None:
        self._next = token + 1

    def draft(self, limit: int) -> list[int]:
        return [self._next + step if self.right else -1 for step in range(limit)]


def test_drafting_turns_off_and_on_without_a_single_probe() -> None:
    source = Oracle(right=False)
    drafter = Drafter(source, DraftPolicy(CPU))

    def write(start: int, count: int) -> list[int]:
        lengths: list[int] = []
        for token in range(start, start + count):
            lengths.append(len(drafter.propose()))
            drafter.record(0, CPU.at(1 + lengths[-1]))
            drafter.append(token)
        return lengths

    assert not any(write(0, 300)[20:])
    source.right = True
    assert any(write(300, 300))


def test_only_what_was_decoded_is_paid_for() -> None:
    policy = DraftPolicy(GPU)
    drafter = Drafter(Oracle(right=True), policy)
    for token in range(200):
        drafter.append(token)
        assert len(drafter.propose()) > 0
        # A grammar stops every draft; the steps take what single ones take, at any pace.
        drafter.record(0, 3 * GPU.at(1), drafted=0)
    assert policy.choose(16, 20) > 0
