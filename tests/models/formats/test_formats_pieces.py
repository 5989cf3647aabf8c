"""Splitting: no part holds a literal, nothing is lost."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models.formats.format_samples import LITERALS

from inhouse_models.formats import split_literals
from inhouse_models.formats.masking import Masks
from inhouse_models.formats.pieces import Piece, Run, lay_out

NESTED = ("<a>", "<a><b>", "aa", "aaa", "<a><", *LITERALS)
texts = st.lists(st.sampled_from([*NESTED, "<", ">", "a", "<tool", "_call>", " "])).map("".join)


@settings(deadline=None, max_examples=60)
@given(texts)
def test_parts_hold_no_literal(text: str) -> None:
    parts = split_literals(text, NESTED)
    assert "".join(parts) == text
    assert not [part for part in parts for literal in NESTED if literal in part]
    assert "" not in parts


def test_mark_is_cut_in_two() -> None:
    assert split_literals("x<tool_call>y", LITERALS) == ["x<tool", "_call>y"]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.builds(Run, texts, st.booleans())))
def test_special_pieces_come_from_the_template(runs: list[Run]) -> None:
    pieces = lay_out(runs, LITERALS)
    assert "".join(piece.text for piece in pieces) == "".join(run.text for run in runs)
    written = "\0".join(run.text for run in runs if run.template)
    special = [piece.text for piece in pieces if piece.special]
    assert len(special) == sum(written.count(literal) for literal in LITERALS)


def test_literal_joined_of_template_and_content_is_cut() -> None:
    pieces = lay_out([Run("<tool", True), Run("_call>", False)], LITERALS)
    assert pieces == (Piece("<tool", False), Piece("_call>", False))


def test_without_literals_the_template_is_special() -> None:
    runs = [Run("<|im_start|>user\n", True), Run("hi", False)]
    assert lay_out(runs, ()) == (Piece("<|im_start|>user\n", True), Piece("hi", False))


def test_unmask_escapes_as_often_as_the_template() -> None:
    masks = Masks()
    once = masks.mask('say "hi"\n')
    runs = masks.unmask(once + "|" + once.replace('"', '\\"') + "|" + once.replace('"', '\\\\\\"'))
    assert runs is not None
    assert [run.text for run in runs if not run.template] == [
        'say "hi"\n',
        'say \\"hi\\"\\n',
        'say \\\\\\"hi\\\\\\"\\\\n',
    ]
