"""Decoding and encoding keep every byte that was not edited; cutting keeps both ends."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse_tools.refusal import Refusal
from inhouse_tools.text import Document, cut, decode, plain

bodies = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0\ufeff"), max_size=8)
lines = st.lists(st.tuples(bodies, st.sampled_from(["\n", "\r\n"])), min_size=1, max_size=12)
codings = st.sampled_from(
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
    ]
)


def opened(raw: bytes) -> Document:
    document = decode(raw)
    assert isinstance(document, Document)
    return document


@given(lines, codings, st.booleans())
def test_unedited_text_comes_back_byte_for_byte(
    parts: list[tuple[str, str]], coding: tuple[str, bytes], last_is_ended: bool
) -> None:
    text = "".join(body + ending for body, ending in parts)
    text = text if last_is_ended else text + "end"
    raw = coding[1] + text.encode(coding[0])
    document = opened(raw)
    assert "\r\n" not in document.text
    assert document.encode(document.text) == raw


@given(lines, codings, st.data())
def test_an_edit_of_one_line_leaves_all_others_byte_for_byte(
    parts: list[tuple[str, str]], coding: tuple[str, bytes], data: st.DataObject
) -> None:
    number = data.draw(st.integers(0, len(parts) - 1))
    raw = coding[1] + "".join(body + ending for body, ending in parts).encode(coding[0])
    document = opened(raw)
    edited = document.text.split("\n")
    edited[number] = "edited"
    expected = [*parts]
    expected[number] = ("edited", parts[number][1])
    wanted = "".join(body + ending for body, ending in expected)
    assert document.encode("\n".join(edited)) == coding[1] + wanted.encode(coding[0])


@given(lines, st.data())
def test_an_inserted_line_takes_an_ending_of_the_file(
    parts: list[tuple[str, str]], data: st.DataObject
) -> None:
    number = data.draw(st.integers(0, len(parts)))
    ending = data.draw(st.sampled_from(["\n", "\r\n"]))
    raw = "".join(body + ending for body, _old in parts).encode()
    document = opened(raw)
    edited = document.text.split("\n")
    edited.insert(number, "edited")
    expected = [body for body, _old in parts]
    expected.insert(number, "edited")
    assert document.encode("\n".join(edited)) == "".join(b + ending for b in expected).encode()


def test_windows_text_is_kept_in_its_encoding() -> None:
    raw = "naïve café “quoted”\r\n".encode("cp1252")
    document = opened(raw)
    assert document.text == "naïve café “quoted”\n"
    assert document.encode(document.text + "é\n") == raw + "é\r\n".encode("cp1252")
    refused = document.encode("→")
    assert isinstance(refused, Refusal)
    assert "cp1252" in refused.text


@pytest.mark.parametrize(
    "raw",
    [
        b"\x7fELF\0\0",
        b"caf\xc3\xa9 and a stray \xff byte",
        bytes(range(128, 256)),
        b"a\x81b",
        codecs.BOM_UTF8 + b"\xff",
        codecs.BOM_UTF16_LE + b"a",
    ],
)
def test_what_cannot_be_written_back_is_refused(raw: bytes) -> None:
    assert isinstance(decode(raw), Refusal)


@given(st.text(max_size=400), st.integers(10, 100))
def test_cut_accounts_for_every_character(text: str, limit: int) -> None:
    shown = cut(text, limit)
    assert len(shown.head) + len(shown.tail) + shown.characters == len(text)
    assert len(shown.head) + len(shown.tail) <= limit or shown.whole
    assert text.startswith(shown.head)
    assert text.endswith(shown.tail)


def test_cut_keeps_whole_lines_of_both_ends() -> None:
    text = "\n".join(f"line {number}" for number in range(1000)) + "\n"
    shown = cut(text, 200)
    said = shown.with_note("Read out-1.")
    assert said.startswith("line 0\n")
    assert said.endswith("line 999")
    assert shown.head.endswith("\n")
    assert shown.tail.startswith("line ")
    left = 1000 - shown.head.count("\n") - shown.tail.count("\n")
    assert shown.lines == left
    assert f"[{left} lines" in said


def test_plain_drops_what_only_a_terminal_understands() -> None:
    assert plain("\x1b[31mred\x1b[0m\x1b]0;title\x07 10%\r 100%\r\nnext\x07") == " 100%\nnext"
