"""Where a conversation may be taken up again."""

from hypothesis import given
from hypothesis import strategies as st

from inhouse_models.engine.boundaries import LONGEST_STRETCH, BoundaryFinder
from inhouse_models.engine.weights import Vocabulary

TEXT, END, THINK, RESULT = 0, 1, 2, 3
VOCABULARY = Vocabulary(
    pieces=(b"a", b"<|im_end|>", b"<think>", b"<tool_response>"),
    control=frozenset({END}),
    user_defined=frozenset({THINK, RESULT}),
    ends=frozenset({END}),
    end_of_turn=END,
)
FINDER = BoundaryFinder(VOCABULARY)


def test_after_messages_and_before_results_and_thinking() -> None:
    system = [TEXT] * 99 + [END]
    result = [TEXT] * 49 + [END, TEXT, TEXT, RESULT, *[TEXT] * 100]
    opening = [TEXT, THINK, TEXT]
    tokens = [*system, *result, *opening]
    # The result begins only two tokens after the message before it.
    assert FINDER.find(tokens, 0) == [100, 150, 254, len(tokens)]


def test_what_is_marked_already_is_not_marked_again() -> None:
    tokens = [TEXT] * 200 + [END] + [TEXT] * 60
    assert FINDER.find(tokens, 200, marked=150) == [201, len(tokens)]
    assert FINDER.find(tokens, 200, marked=190) == [len(tokens)]


def test_a_long_text_is_divided() -> None:
    tokens = [TEXT] * (2 * LONGEST_STRETCH + 100)
    assert FINDER.find(tokens, 5)[:2] == [5 + LONGEST_STRETCH, 5 + 2 * LONGEST_STRETCH]


@given(st.lists(st.sampled_from([TEXT] * 30 + [END, THINK, RESULT]), max_size=300), st.data())
def test_boundaries_ascend_to_the_whole(tokens: list[int], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(tokens)))
    found = FINDER.find(tokens, start)
    assert found == sorted(set(found))
    assert all(start < place <= len(tokens) for place in found)
    assert (found[-1] == len(tokens)) if start < len(tokens) else not found
