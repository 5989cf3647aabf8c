"""Prompts of completions, on token ids: what changes rarely first, and text stays text."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from inhouse_models.completion import ContextFile
from inhouse_models.formats.fill_in_middle import (
    FillPrompt,
    FillTokens,
    Room,
    Surroundings,
    lay_out_fill,
    plain_tokeniser,
    window_start,
)

REPOSITORY = FillTokens(1001, 1002, 1003, repository=1004, separator=1005)
BARE = FillTokens(1001, 1002, 1003, begin=1000)
LITERALS = ("<|fim_prefix|>", "<|fim_middle|>", "<|file_sep|>", "<tool_call>")
ROOM = Room(400, 200, 1000)


def naive(text: str, special: bool) -> Sequence[int]:
    """A tokeniser that reads spellings of control tokens even where it should not."""
    assert not special
    return [2000] if text in LITERALS else [ord(char) % 1000 for char in text]


TOKENISE = plain_tokeniser(naive, LITERALS)


def laid_out(
    around: Surroundings, tokens: FillTokens = REPOSITORY, room: Room = ROOM
) -> FillPrompt:
    return lay_out_fill(tokens, TOKENISE, around, room)


def test_a_file_alone_needs_no_repository() -> None:
    prompt = laid_out(Surroundings("ab\n", "cd", "ef"))
    assert prompt.ids == (1001, *b"ab\n", 1002, *b"ef", 1003, *b"c")
    assert (prompt.last, prompt.truncated) == (ord("d"), False)
    assert prompt.marks == (4, 8)


def test_files_stand_first_and_the_cursor_last() -> None:
    around = Surroundings("p\n", "", "s", "a.py", (ContextFile("b.py", "B"),), "shop")
    files = (1004, *b"shop\n", 1005, *b"b.py\n", *b"B", 1005, *b"a.py\n")
    prompt = laid_out(around)
    assert prompt.ids == (*files, 1001, *b"p\n", 1002, *b"s", 1003)
    assert prompt.last is None
    assert prompt.marks[0] == len(files)


def test_a_model_without_separators_gets_snippets_and_its_begin() -> None:
    prompt = laid_out(Surroundings("p", "", "s", "a.py", (ContextFile("b.py", "B"),)), BARE)
    assert prompt.ids[0] == 1000
    assert 1004 not in prompt.ids and 1005 not in prompt.ids
    assert prompt.ids[-5:] == (1001, ord("p"), 1002, ord("s"), 1003)


def test_what_has_no_room_is_left_out_and_said() -> None:
    files = (ContextFile("far.py", "x" * 90), ContextFile("near.py", "y" * 90))
    prompt = laid_out(Surroundings("p", "q", "s", "a.py", files), room=Room(50, 20, 150))
    text = bytes(token for token in prompt.ids if token < 256)
    assert prompt.truncated and b"near.py" in text and b"far.py" not in text
    long = laid_out(Surroundings("a" * 900, "", "b" * 900), room=Room(50, 20, 10))
    assert long.truncated
    assert long.ids.index(1002) == 51 and long.ids.index(1003) == 51 + 21


@given(st.lists(st.sampled_from([*LITERALS, "x", "\n", "<|fim", "_prefix|>"]), max_size=8))
def test_no_text_becomes_a_control_token(parts: list[str]) -> None:
    text = "".join(parts)
    around = Surroundings(text, text, text, text, (ContextFile(text, text),), text)
    prompt = laid_out(around, room=Room(10_000, 10_000, 100_000))
    # The positive control: what the naive tokeniser makes of such a text by itself.
    assert list(naive(LITERALS[0], special=False)) == [2000]
    assert 2000 not in (*prompt.ids, prompt.last)
    assert [token for token in prompt.ids if token > 1000] == [
        *(1004, 1005, 1005),
        *(1001, 1002, 1003),
    ]


def test_typing_moves_nothing_that_stands_before() -> None:
    before = laid_out(Surroundings("line\n", "re", "\nrest"))
    after = laid_out(Surroundings("line\n", "return a", "\nrest"))
    assert after.ids[: len(before.ids)] == before.ids


@given(st.integers(1, 400), st.integers(8, 200))
def test_a_window_stays_while_the_text_grows(lines: int, most: int) -> None:
    text = "abcdefg\n" * lines
    start = window_start(text, most)
    assert len(text) - start <= most
    moves = {window_start(text + "x" * more, most) for more in range(max(most // 4, 1))}
    assert len(moves) <= 2
