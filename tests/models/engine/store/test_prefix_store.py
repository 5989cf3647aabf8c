"""The store of saved states, with bytes in the place of states."""

import stat
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse_models.engine.sequence import common_length
from inhouse_models.engine.store.folder import state_files, trim_folder
from inhouse_models.engine.store.prefix_store import Budget, Match, PrefixStore
from inhouse_models.engine.store.segment import Payload, root_key
from inhouse_models.engine.store.segment_file import read_header, read_payload

ROOT = root_key({"model": "one"})
SIZE = 100
STATE = b"state" * 4_000


def payload_of(tokens: Sequence[int], *, state: bool = False) -> Payload:
    """Bytes that tell which tokens they stand for."""
    text = ",".join(map(str, tokens)).encode().ljust(SIZE, b" ")
    return Payload(text, STATE if state else b"")


def save(
    store: PrefixStore, tokens: Sequence[int], ends: Sequence[int], *, state: bool = False
) -> Match:
    """Save a conversation, divided at `ends`."""
    match = store.whole(tokens)
    for start, end in pairwise([match.length, *(e for e in ends if e > match.length)]):
        match = store.add(match, tokens[start:end], payload_of(tokens[start:end], state=state))
    return match


def drain(store: PrefixStore) -> None:
    while store.write_next():
        pass


def held(store: PrefixStore, prompt: Sequence[int]) -> bytes:
    """What the store gives back for a prompt."""
    payloads = store.payloads(store.match(prompt)) or []
    return b"|".join(payload.cells.strip() for payload in payloads)


def open_store(folder: Path | None, budget: Budget | None = None, **options: bool) -> PrefixStore:
    recurrent = options.get("recurrent", False)
    return PrefixStore(ROOT, folder, budget or Budget(), recurrent=recurrent)


def test_two_conversations_share_their_beginning() -> None:
    store = open_store(None)
    save(store, [1, 2, 3, 4], [2, 4])
    save(store, [1, 2, 8, 9], [2, 4])
    assert held(store, [1, 2, 8, 9, 5]) == b"1,2|8,9"
    assert held(store, [1, 2, 3, 4, 5]) == b"1,2|3,4"
    assert store.memory_bytes == 3 * SIZE


def test_attention_cells_serve_a_prompt_that_leaves_in_the_middle() -> None:
    store = open_store(None)
    save(store, [1, 2, 3, 4], [4])
    assert store.match([1, 2, 9]).length == 2


def test_a_recurrent_state_serves_only_whole_segments() -> None:
    store = open_store(None, recurrent=True)
    save(store, [1, 2, 3, 4], [2, 4], state=True)
    assert store.match([1, 2, 3, 9]).length == 2
    assert store.match([1, 9]).length == 0


def test_a_segment_without_a_state_serves_only_on_the_way() -> None:
    store = open_store(None, recurrent=True)
    first = save(store, [1, 2], [2])
    store.add(first, [3, 4], payload_of([3, 4], state=True))
    assert store.match([1, 2, 9]).length == 0
    assert store.match([1, 2, 3, 4, 9]).length == 4


def test_states_are_found_again_after_a_restart(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    save(store, [1, 2, 3, 4], [2, 4])
    drain(store)
    assert held(open_store(tmp_path), [1, 2, 3, 4, 5]) == b"1,2|3,4"
    for file in state_files(tmp_path):
        assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_another_model_finds_nothing(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    save(store, [1, 2], [2])
    drain(store)
    other = PrefixStore(root_key({"model": "two"}), tmp_path, Budget(), recurrent=False)
    assert other.match([1, 2, 3]).length == 0


@pytest.mark.parametrize("place", range(0, 400, 7))
def test_a_damaged_file_is_a_miss(tmp_path: Path, place: int) -> None:
    store = open_store(tmp_path)
    save(store, [1, 2, 3, 4], [2, 4])
    drain(store)
    for file in state_files(tmp_path):
        data = bytearray(file.path.read_bytes())
        data[place % len(data)] ^= 0x55
        file.path.write_bytes(data)
    assert held(open_store(tmp_path), [1, 2, 3, 4, 5]) in {b"", b"1,2", b"1,2|3,4"}
    assert held(open_store(tmp_path), [1, 2, 3, 4, 5]) == b""


@pytest.mark.parametrize("length", [0, 3, 11, 40, 250])
def test_a_torn_file_is_a_miss_and_deleted(tmp_path: Path, length: int) -> None:
    store = open_store(tmp_path)
    save(store, [1, 2], [2])
    drain(store)
    (file,) = state_files(tmp_path)
    file.path.write_bytes(file.path.read_bytes()[:length])
    assert read_header(file.path) is None
    assert open_store(tmp_path).match([1, 2, 3]).length == 0
    assert not state_files(tmp_path)


def test_a_file_under_another_name_is_not_believed(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    save(store, [1, 2], [2])
    drain(store)
    (file,) = state_files(tmp_path)
    foreign = file.path.with_stem("0" * 32)
    file.path.rename(foreign)
    assert read_header(foreign) is None
    assert read_payload(foreign, "0" * 32) is None


def test_what_was_left_by_a_killed_writer_is_swept(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    save(store, [1, 2], [2])
    drain(store)
    (file,) = state_files(tmp_path)
    part = file.path.with_name(".half.part")
    part.write_bytes(b"half")
    open_store(tmp_path)
    assert not part.exists()


def test_a_file_that_vanished_is_a_miss(tmp_path: Path) -> None:
    save(store := open_store(tmp_path), [1, 2, 3, 4], [2, 4])
    drain(store)
    reopened = open_store(tmp_path)
    for file in state_files(tmp_path):
        file.path.unlink()
    assert held(reopened, [1, 2, 3, 4, 5]) == b""
    assert reopened.match([1, 2, 3, 4, 5]).length == 0


def test_memory_stays_within_its_budget(tmp_path: Path) -> None:
    store = open_store(tmp_path, Budget(memory=3 * SIZE))
    for first in range(10):
        save(store, [first, 1, 2], [1, 3])
        assert store.memory_bytes <= 3 * SIZE
    assert held(store, [0, 1, 2, 3]) == b"0|1,2"


def test_without_a_disk_the_oldest_is_forgotten() -> None:
    store = open_store(None, Budget(memory=4 * SIZE))
    for first in range(10):
        save(store, [first, 1, 2], [1, 3])
    assert store.memory_bytes <= 4 * SIZE
    assert store.match([0, 1, 2, 3]).length == 0
    assert store.match([9, 1, 2, 3]).length == 3


def test_the_disk_stays_within_its_budget(tmp_path: Path) -> None:
    save(store := open_store(tmp_path), [1, 2], [2])
    drain(store)
    one = state_files(tmp_path)[0].size
    store = open_store(tmp_path, Budget(disk=5 * one))
    for first in range(10, 20):
        save(store, [first, 5], [2])
        drain(store)
    assert sum(file.size for file in state_files(tmp_path)) <= 5 * one
    assert held(open_store(tmp_path), [19, 5, 1]) == b"19,5"
    assert held(open_store(tmp_path), [1, 2, 3]) == b""


def test_a_conversation_is_trimmed_from_its_end(tmp_path: Path) -> None:
    save(store := open_store(tmp_path), [1, 2, 3, 4, 5, 6], [2, 4, 6])
    drain(store)
    sizes = [file.size for file in state_files(tmp_path)]
    trim_folder(tmp_path, sum(sizes) - 1)
    assert held(open_store(tmp_path), [1, 2, 3, 4, 5, 6, 7]) == b"1,2|3,4"


def test_a_disk_that_refuses_costs_nothing_but_room(tmp_path: Path) -> None:
    told: list[str] = []
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    store = PrefixStore(ROOT, blocked, Budget(), recurrent=False, report=told.append)
    save(store, [1, 2], [2])
    drain(store)
    assert len(told) == 1
    assert held(store, [1, 2, 3]) == b"1,2"


def test_clearing_forgets_memory_and_disk(tmp_path: Path) -> None:
    save(store := open_store(tmp_path), [1, 2, 3, 4], [2, 4])
    drain(store)
    store.clear()
    assert store.memory_bytes == 0
    assert not state_files(tmp_path)
    assert store.match([1, 2, 3]).length == 0


CONVERSATION = st.lists(st.integers(0, 2), min_size=1, max_size=12)


@given(st.lists(CONVERSATION, min_size=1, max_size=8), CONVERSATION, st.booleans())
def test_what_is_found_stands_for_the_prompts_own_tokens(
    saved: list[list[int]], prompt: list[int], recurrent: bool
) -> None:
    store = open_store(None, recurrent=recurrent)
    for tokens in saved:
        save(store, tokens, range(3, len(tokens) + 1, 3), state=recurrent)
    match = store.match(prompt)
    text = ",".join(str(token) for node in match.nodes for token in node.segment.tokens)
    assert match.length <= len(prompt)
    assert text.startswith(",".join(map(str, prompt[: match.length])))
    payloads = store.payloads(match) or []
    assert ",".join(p.cells.decode().strip() for p in payloads) == text
    if recurrent:
        assert match.length == sum(len(node.segment.tokens) for node in match.nodes)


def test_what_belongs_to_a_conversation_alone_is_forgotten(tmp_path: Path) -> None:
    save(store := open_store(tmp_path), [1, 2, 3, 4, 5, 6], [2, 4, 6])
    save(store, [1, 2, 8, 9], [2, 4])
    save(store, [1, 2, 3, 4, 7, 7], [2, 4, 6])
    drain(store)
    store.forget([1, 2, 3, 4, 5, 6], 2)
    for found in (store, open_store(tmp_path)):
        assert held(found, [1, 2, 8, 9, 5]) == b"1,2|8,9"
        assert held(found, [1, 2, 3, 4, 5, 6]) == b"1,2"
        assert held(found, [1, 2, 3, 4, 7, 7]) == b"1,2"


def test_what_another_conversation_shares_stays() -> None:
    save(store := open_store(None), [1, 2, 3, 4, 5, 6], [2, 4, 6])
    store.forget([1, 2, 3, 4, 7, 7], 4)
    assert store.match([1, 2, 3, 4, 5, 6]).length == 6
    store.forget([1, 2, 3, 4, 5], 4)
    assert store.match([1, 2, 3, 4, 5, 6]).length == 4
    store.forget([1, 9], 0)
    assert store.memory_bytes == 0


def test_a_conversation_of_thousands_of_segments(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    tokens = list(range(3_000))
    save(store, tokens, range(1, 3_001))
    assert store.match(tokens).length == 3_000
    store.forget(tokens)
    assert store.memory_bytes == 0


@given(st.lists(CONVERSATION, min_size=1, max_size=8), st.integers(0, 7), st.booleans())
def test_forgetting_leaves_nothing_of_its_own(
    saved: list[list[int]], chosen: int, recurrent: bool
) -> None:
    store = open_store(None, recurrent=recurrent)
    for tokens in saved:
        save(store, tokens, range(3, len(tokens) + 1, 3), state=recurrent)
    gone = saved.pop(chosen % len(saved))
    before = [store.match(tokens).length for tokens in saved]
    shared = max((common_length(gone, tokens) for tokens in saved), default=0)
    store.forget(gone, shared)
    assert store.match(gone).length <= shared
    for tokens, length in zip(saved, before, strict=True):
        assert store.match(tokens).length >= min(length, common_length(gone, tokens) // 3 * 3)
        if common_length(gone, tokens) < 1:
            assert store.match(tokens).length == length


def states_in(folder: Path) -> list[int]:
    """Where the segments on disk end that have a recurrent state."""
    found = [read_header(one.path) for one in state_files(folder)]
    return sorted(one.segment.end for one in found if one and one.has_state)


def test_states_of_one_conversation_are_thinned_by_how_far_back_they_are(tmp_path: Path) -> None:
    budget = Budget(disk=20 * 4 * len(STATE))
    tokens = list(range(1000))
    store = open_store(tmp_path, budget, recurrent=True)
    for end in range(10, 1001, 10):
        save(store, tokens, [end], state=True)
        drain(store)
    kept = states_in(tmp_path)
    assert (len(kept), kept[0], kept[-1]) == (20, 10, 1000)
    gaps = [later - earlier for earlier, later in pairwise(kept)]
    assert gaps[-1] == 10
    assert max(gaps[-5:]) < max(gaps[:5])
    again = open_store(tmp_path, budget, recurrent=True)
    for length in (1000, 990, 300):
        wanted = [*tokens[:length], 5000]
        assert again.match(wanted).length == max(end for end in kept if end <= length)
        expected = b"|".join(
            payload_of(tokens[start : start + 10]).cells.strip()
            for start in range(0, again.match(wanted).length, 10)
        )
        assert held(again, wanted) == expected


def test_a_state_stays_where_conversations_branch_off() -> None:
    budget = Budget(disk=4 * 4 * len(STATE))
    store = open_store(None, budget, recurrent=True)
    save(store, [*range(20)], [1, 5, 6], state=True)
    save(store, [*range(5), 77, 78], [6, 7], state=True)
    save(store, [*range(20)], [*range(7, 21)], state=True)
    assert store.match([*range(10), 99]).length < 10
    assert store.match([*range(5), 99]).length == 5


def test_a_state_that_another_host_took_is_a_miss(tmp_path: Path) -> None:
    budget = Budget(memory=0, disk=4 * 4 * len(STATE))
    tokens = list(range(100))
    first = open_store(tmp_path, budget, recurrent=True)
    save(first, tokens, [10, 20, 30, 40], state=True)
    drain(first)
    second = open_store(tmp_path, budget, recurrent=True)
    save(first, tokens, range(50, 101, 10), state=True)
    drain(first)
    gone = next(end for end in (20, 30, 40) if end not in states_in(tmp_path))
    assert second.match([*tokens[:gone], 5000]).length == gone
    assert held(second, [*tokens[:gone], 5000]) == b""
    assert second.match([*tokens[:gone], 5000]).length < gone
