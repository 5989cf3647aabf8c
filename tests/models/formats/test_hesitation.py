"""Which tokens of an answer count as code."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse_models.formats import code_places

HEAD = '{"name": "write", "arguments": {"file_path": "shapes.py"}}'


def call(code: str, tag: str = "python", fence: str = "```") -> str:
    return f"<tool_call>\n{HEAD}\n{fence}{tag}\n{code}{fence}\n</tool_call>"


def code_words(answer: str) -> list[str]:
    """The words of an answer that count, when every word and sign is a token."""
    pieces = re.findall(r'</?tool_call>|"""|`+|\w+|\s+|[^\w\s]+', answer)
    assert "".join(pieces) == answer
    places = code_places(pieces)
    return [piece for place, piece in enumerate(pieces) if place in places and piece.isalnum()]


@given(st.text("ab(=) \n", max_size=40).map(lambda code: code + "\n"))
def test_the_code_counts_and_nothing_around_it(code: str) -> None:
    answer = f"Text first.\n{call(code)}\n"
    places = code_places(list(answer))
    counted = "".join(letter for place, letter in enumerate(answer) if place in places)
    # Whether the code ends here is a choice as well.
    assert counted == code + "```"


def test_comments_and_docstrings_do_not_count() -> None:
    code = '# Header words\ndef area(width):\n    """Says\n    much."""\n    return width\n'
    assert code_words(call(code)) == ["def", "area", "width", "return", "width"]


@pytest.mark.parametrize("comment", ["// no", "/* no", " * no", "-- no", "<!-- no", "  # no"])
def test_comments_of_other_languages(comment: str) -> None:
    assert code_words(call(f"yes\n{comment}\nalso\n", tag="any")) == ["yes", "also"]


def test_text_in_three_quotes_of_either_kind() -> None:
    assert code_words(call("a = '''no\nno'''\nb = 1\n")) == ["a", "b", "1"]


def test_every_call_of_an_answer_counts() -> None:
    answer = [call("first = 1\n"), call("second = 2\n")]
    assert code_words("\n".join(answer)) == ["first", "1", "second", "2"]


def test_a_longer_fence_counts() -> None:
    assert code_words(call("word\n", tag="markdown", fence="````")) == ["word"]


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "Only text with `code` in it.",
        "```python\nx = 1\n",
        f"<tool_call>\n{HEAD}\n</tool_call>",
    ],
)
def test_an_answer_without_code_of_a_call(answer: str) -> None:
    assert code_words(answer) == []
