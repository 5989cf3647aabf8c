"""Whether a prompt asks a question, and whether an answer only announces work."""

import pytest

from inhouse_agent.intent import announces_work, asks_question


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
    ("answer", "announces"),
    [
        ("Add a test for it.", True),
        ("Now, run the tests.", True),
        ("The code is fixed. I will add a test.", True),
        ("Let's look at the test.", True),
        ("A test is still missing.", True),
        ("Here's the corrected function:", True),
        ("Fixed add in sums.py.", False),
        ("Added a test and renamed add.", False),
        ("The function adds its arguments now.", False),
        ("", False),
    ],
)
def test_announcements(answer: str, announces: bool) -> None:
    assert announces_work(answer) == announces
