"""A passage that is written anew: what is asked, what is taken, and how it fits its place."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse_agent.rewriting import (
    NotRewritten,
    Passage,
    Rewritten,
    block_of,
    fit,
    question,
    rewrite,
    without_surroundings,
)
from inhouse_models.chat import ModelError
from inhouse_models.scripted import INFO, Answer, ScriptedModel, fail, say

BEFORE = "class Cart:\n"
METHOD = "    def total(self):\n        return 1\n"
AFTER = "\n    def empty(self):\n        return True\n"
PASSAGE = Passage(METHOD, "cart.py", BEFORE, AFTER)


def ask(*answers: Answer, passage: Passage = PASSAGE) -> Rewritten | NotRewritten | ModelError:
    return asyncio.run(rewrite(ScriptedModel(answers), ignore, passage, "return 2"))


def ignore(_event: object) -> None:
    """Nothing is shown."""


def test_the_block_is_taken_and_put_in_its_place() -> None:
    made = ask(say("Here:\n```python\ndef total(self):\n    return 2\n```\nThat is all."))
    assert isinstance(made, Rewritten)
    assert made.text == "    def total(self):\n        return 2\n"


def test_what_makes_code_invalid_is_asked_for_again() -> None:
    broken, whole = (
        "```\n    def total(self:\n```",
        "```\n    def total(self):\n        return 2\n```",
    )
    made = ask(say(broken), say(whole))
    assert isinstance(made, Rewritten)
    assert made.text == "    def total(self):\n        return 2\n"
    twice = ask(say(broken), say(broken))
    assert isinstance(twice, NotRewritten) and "no valid code" in twice.text


def test_where_it_was_invalid_before_it_need_not_be_valid() -> None:
    passage = replace(PASSAGE, before="class (:\n")
    assert isinstance(ask(say("```\n    def total(self:\n```"), passage=passage), Rewritten)


def test_an_answer_without_a_block_is_not_taken() -> None:
    made = ask(say("You could return 2."), say("Really."))
    assert isinstance(made, NotRewritten) and "no fenced block" in made.text


def test_a_failing_model_says_why() -> None:
    made = ask(fail(ModelError("engine_lost", "The engine is gone.")))
    assert isinstance(made, ModelError) and made.text == "The engine is gone."


def test_small_models_see_nothing_around() -> None:
    assert "class Cart" in question(PASSAGE, "go")
    assert "class Cart" not in question(PASSAGE, "go", around=False)
    small = ScriptedModel((say("```\nx\n```"),), about=replace(INFO, profile="small"))
    asyncio.run(rewrite(small, ignore, Passage("y\n", "", "above\n"), "go"))
    assert "above" not in small.requests[0].messages[-1].text


def test_a_fence_in_the_passage_does_not_end_it() -> None:
    passage = Passage("```\ncode\n```\n", "README.md")
    assert "````\n```\ncode\n```\n````" in question(passage, "go")
    assert block_of("````\n```\nnew\n```\n````") == "```\nnew\n```\n"


@pytest.mark.parametrize(
    ("new", "left"),
    [
        (BEFORE + METHOD.replace("1", "2"), METHOD.replace("1", "2")),
        (METHOD + AFTER, METHOD),
        (BEFORE + METHOD + AFTER, METHOD),
        (METHOD, METHOD),
        ("", ""),
    ],
)  # fmt: skip
def test_neighbours_that_were_written_along_are_left_out(new: str, left: str) -> None:
    assert without_surroundings(PASSAGE, new) == left


@given(st.text(), st.text())
def test_fitting_keeps_the_words_and_the_end(old: str, new: str) -> None:
    fitted = fit(old, new)
    assert fitted.endswith("\n") == old.endswith("\n") or not fitted.strip()
    assert fitted.split() == new.split()


@given(st.lists(st.text("ab ", max_size=6), max_size=6))
def test_what_fits_already_stays_as_it_is(lines: list[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    assert fit(text, text) == text
