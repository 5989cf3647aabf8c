"""What the model is told of comments, and that its words are understood as they are meant."""

from inhouse.watching.comment import read_comments
from inhouse.watching.prompt import prompt_of, title_of
from inhouse_agent.intent import asks_question, names_to_remove

TEXT = """import os


def first():
    return 1


# AI: keep the name
def second():  # return three AI!
    return 2


# why two? AI?
"""


def test_one_comment_stands_with_the_code_around_it() -> None:
    (_note, do, _why) = read_comments("a.py", TEXT)
    prompt = prompt_of([do], {"a.py": TEXT})
    assert prompt.startswith("Change a.py as the comment in it asks: return three\n")
    assert "def second()" in prompt and "def first()" not in prompt
    assert "Lines 8 to 10 of a.py, with a comment in line 9:" in prompt
    assert title_of([do]) == "return three"


def test_several_are_told_with_their_places_once() -> None:
    comments = read_comments("a.py", TEXT)
    prompt = prompt_of(comments, {"a.py": TEXT})
    assert "these 3 comments" in prompt and prompt.count("def second()") == 1
    assert "a.py, line 8: for your information: keep the name" in prompt
    assert title_of(comments) == "return three (and 2 more)"


def test_a_task_is_a_task_and_a_question_a_question() -> None:
    _note, do, why = read_comments("a.py", TEXT)
    task, question = prompt_of([do], {"a.py": TEXT}), prompt_of([why], {"a.py": TEXT})
    assert not asks_question(task) and asks_question(question)
    listing = read_comments("b.py", "# list what is there? AI!\n")
    assert not asks_question(prompt_of(listing, {}))
    # Nothing in our own words lets a small model take definitions away.
    assert names_to_remove(task) == frozenset()
    assert "Answer in words" in question and "Do this now" in task


def test_code_that_is_long_or_holds_fences_is_framed() -> None:
    text = "x = '```'  # y AI!\n" + "".join(f"line{number} = 1\n" for number in range(100))
    prompt = prompt_of(read_comments("a.py", text), {"a.py": text})
    assert "\n````\nx = '```'" in prompt and "line15" not in prompt
