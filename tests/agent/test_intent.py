"""Whether a prompt asks a question, and what a task may need."""

import pytest

from inhouse_agent.intent import asks_question, names_to_remove, wants_new_file, wants_rename


@pytest.mark.parametrize(
    "prompt",
    [
        "What does add do?",
        "  why is it slow",
        "The test fails. Is that a bug?",
        "Explain sums.py",
        "Can you explain sums.py",
        "please list the files",
        "summarise this",
        "SUMMARIZE THIS",
        "hello",
        "say hi",
        "thank you",
        "ok",
        "Find all callers of add",
        "check whether add is tested",
        "does it work",
        "do you know sums.py",
        "when is it called",
    ],
)
def test_questions(prompt: str) -> None:
    assert asks_question(prompt)


@pytest.mark.parametrize(
    "prompt",
    [
        "Fix add.",
        "Do it.",
        "Check the arguments of add.",
        "Note the units in its docstring.",
        "Do not round the total.",
        "When the list is empty, return 0.",
        "Can you fix add?",
        "could you please add a test?",
        "Please rename add to plus.",
        "The function add is wrong.",
        "Whatever fails, fix it.",
        "history.py: remove the cache",
        "Island names are sorted wrongly",
        "",
    ],
)
def test_tasks(prompt: str) -> None:
    assert not asks_question(prompt)


@pytest.mark.parametrize(
    ("prompt", "new", "renames"),
    [
        ("Fix add in sums.py.", False, False),
        ("Write a script that sorts lines", True, False),
        ("Move it to a new file", True, False),
        ("Create tests", True, False),
        ("Rename add to plus", False, True),
        ("add needs a better name", False, True),
        ("Print the name", False, False),
        ("A news reader renewed", False, False),
    ],
)
def test_what_a_task_may_need(prompt: str, new: bool, renames: bool) -> None:
    assert (wants_new_file(prompt), wants_rename(prompt)) == (new, renames)


def test_what_a_task_takes_away() -> None:
    assert "sub" in names_to_remove("Remove the function `sub` from sums.py.")
    assert "sub" in names_to_remove("Move sub to minus.py")
    assert names_to_remove("Fix the function sub.") == frozenset()
