"""What commands write becomes harmless text: colours stay, nothing else acts on the terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as some

from inhouse.tui.output.tail import MAX_LINE, Tail
from inhouse.tui.output.terminal_text import coloured_line
from inhouse.tui.output.text_view import MAX_LINE as MAX_SHOWN
from inhouse.tui.output.text_view import Hit, find_all, in_rows, safe_lines
from inhouse.tui.wrapping import fitted, fitted_path, row_spans, safe_line, word_spans

RED = "$text-error"
PIECES = some.lists(
    some.one_of(
        some.sampled_from(
            ["\n", "\r", "\r\n", "\b", "\x1b[31m", "\x1b[0m", "\x1b[2K", "\x1b]52;c;aGk=\x07", "界"]
        ),
        some.text(max_size=8),
    )
)


def is_harmless(text: str) -> bool:
    return all(unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in text)


@given(some.one_of(some.text(), PIECES.map("".join)))
def test_no_escape_reaches_the_screen(text: str) -> None:
    tail = Tail()
    tail.add(text)
    assert all(is_harmless(line.plain) for line in tail.last(1000))
    assert all(is_harmless(line) for line in safe_lines(text))


@given(PIECES)
def test_output_in_pieces_is_the_same_as_at_once(pieces: list[str]) -> None:
    whole, parts = Tail(), Tail()
    whole.add("".join(pieces))
    for piece in pieces:
        parts.add(piece)
    assert parts.count == whole.count
    assert parts.last(1000) == whole.last(1000)


def test_a_progress_bar_is_one_line() -> None:
    tail = Tail()
    for percent in range(0, 101, 10):
        tail.add(f"\r\x1b[2K{percent} %")
    assert [line.plain for line in tail.last(5)] == ["100 %"]
    tail.add("\r\ndone\r\n")
    assert [line.plain for line in tail.last(5)] == ["100 %", "done"]
    tail.add("spin |\b/\b-")
    assert tail.last(1)[0].plain == "spin -"


def test_colours_become_styles_of_the_theme_and_go_on_in_the_next_line() -> None:
    tail = Tail()
    tail.add("a \x1b[1;31mred\nstill red\x1b[0m plain\n")
    first, second = tail.last(2)
    assert first.plain == "a red"
    assert [(first.plain[span.start : span.end], span.style) for span in first.spans] == [
        ("red", f"bold {RED}")
    ]
    assert [(second.plain[span.start : span.end], span.style) for span in second.spans] == [
        ("still red", f"bold {RED}")
    ]


@pytest.mark.parametrize(
    "sequence", ["8", "30;40", "38;2;0;0;0", "48;5;0", "38;5;232", "5", "7", "38;5", "38", ""]
)
def test_no_colour_hides_text(sequence: str) -> None:
    shown = coloured_line(f"\x1b[{sequence}msecret")
    assert shown.plain == "secret"
    styles = {str(span.style) for span in shown.spans}
    assert styles <= {"$text-muted"}


def test_markup_is_text() -> None:
    assert coloured_line("[red]x[/red] [/]").plain == "[red]x[/red] [/]"


def test_memory_is_bounded_and_what_was_dropped_is_counted() -> None:
    tail = Tail(limit=10_000)
    for number in range(1000):
        tail.add(f"line {number}\n")
    assert tail.count == 1000
    assert tail.dropped > 800
    assert tail.last(1)[0].plain == "line 999"
    assert len(tail.text) < 10_000
    tail.add("x" * (3 * MAX_LINE))
    assert all(len(line.plain) <= MAX_LINE for line in tail.last(10))


@given(some.text(alphabet=some.characters(codec="utf-8")), some.integers(1, 40))
def test_rows_are_the_line_again(text: str, width: int) -> None:
    line = safe_line(text.replace("\n", ""))
    for spans in (row_spans(line, width), word_spans(line, width)):
        assert "".join(line[start:end] for start, end in spans) == line
        assert spans[0][0] == 0
        assert all(end > start for start, end in spans) or line == ""


def test_a_row_ends_behind_a_word_where_it_can() -> None:
    text = "from here import there, everywhere"
    assert [text[start:end] for start, end in word_spans(text, 20)] == [
        "from here import ",
        "there, everywhere",
    ]
    assert word_spans("x" * 25, 20) == [(0, 20), (20, 25)]


def test_what_does_not_fit_is_cut_where_it_tells_least() -> None:
    assert fitted("a long text", 6) == "a lon…"
    assert fitted("short", 6) == "short"
    assert fitted_path("src/deep/file.py", 9) == "…/file.py"
    assert fitted_path("界界界界", 4) == "…界"
    assert fitted("x", 0) == fitted_path("xx", 0) == ""


def test_a_long_line_is_broken_and_found_in() -> None:
    lines = safe_lines("a" * (MAX_SHOWN + 1) + "\nneedle [x]\nNEEDLE\n")
    assert [len(line) for line in lines] == [MAX_SHOWN, 1, 10, 6]
    assert find_all(lines, "needle") == (Hit(2, 0, 6), Hit(3, 0, 6))
    assert find_all(lines, "[x]") == (Hit(2, 7, 10),)
    assert find_all(lines, "") == ()
    pages = in_rows(lines, 100)
    assert pages.rows == MAX_SHOWN // 100 + 3
    assert pages.first_rows[1] == MAX_SHOWN // 100


def test_wide_characters_take_two_cells() -> None:
    assert in_rows(safe_lines("界" * 30), 20).rows == 3
