"""Whatever a model answers, a message has the form of one."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inhouse_agent.commit_form import (
    MOST_SUBJECT,
    CommitMessage,
    first_clauses,
    plain_subject,
    problem_with,
    read_message,
    shorten_subject,
    tidy_body,
    tidy_subject,
)
from inhouse_tools.git.status import Changed, Kind


@pytest.mark.parametrize(
    ("answer", "subject", "body"),
    [
        ('{"subject": "Fix the sum", "body": ""}', "Fix the sum", ""),
        (
            '{"subject": "Fix the sum.", "body": "It was off by one."}',
            "Fix the sum",
            "It was off by one.",
        ),
        ('```json\n{"subject": "Fix the sum"}\n```', "Fix the sum", ""),
        ('Sure:\n{"subject": "Fix it now", "body": null}', "Fix it now", ""),
        ("Fix the sum\n\nIt was off by one.\n", "Fix the sum", "It was off by one."),
        ("```\nFix the sum\n```", "Fix the sum", ""),
        ('"Fix the sum"', "Fix the sum", ""),
        ("Commit message: Fix the sum", "Fix the sum", ""),
        ("Here is the commit message:\n\nFix the sum", "Fix the sum", ""),
        ("**Subject:** Fix the sum", "Fix the sum", ""),
        ('{"subject": "Fix it now", "body": "Fix it now."}', "Fix it now", ""),
        ("", "", ""),
        ('{"subject": 3}', "3", ""),
        ("[1, 2]", "[1, 2]", ""),
    ],
)
def test_messages_in_every_wrapping(answer: str, subject: str, body: str) -> None:
    assert read_message(answer) == CommitMessage(subject, body)


@pytest.mark.parametrize(
    ("given_words", "wanted"),
    [
        ("Added a test", "Add a test"),
        ("Adds a test", "Add a test"),
        ("adding a test", "add a test"),
        ("Fixed bug", "Fix bug"),
        ("Fixes bug", "Fix bug"),
        ("feat(parser): added tables", "feat(parser): add tables"),
        ("Removed Removed", "Remove Removed"),
        ("Specified nothing", "Specified nothing"),
        ("Handling of errors", "Handling of errors"),
        ("Changes to the parser", "Changes to the parser"),
        ("Moved to src", "Move to src"),
        ("Stopping early", "Stop early"),
        ("Add\n\ta\x1b[2Jtest", "Add a[2Jtest"),
    ],
)
def test_subjects_are_imperative(given_words: str, wanted: str) -> None:
    assert tidy_subject(given_words) == wanted


@pytest.mark.parametrize(
    ("subject", "problem"),
    [
        ("", "empty"),
        ("Update", "too little"),
        ("fix: typo", "too little"),
        ("+    return a", "repeats the diff"),
        ("diff --git a/x b/x", "repeats the diff"),
        ('{"subject": "cut', "repeats the diff"),
        ("Fix " + "x" * 80, "84 characters"),
    ],
)
def test_subjects_that_cannot_be_used(subject: str, problem: str) -> None:
    assert problem in problem_with(subject)


def test_a_good_subject_can_be_used() -> None:
    assert problem_with("Round the total after the discount") == ""
    assert problem_with("Fix " + "x" * (MOST_SUBJECT - 4)) == ""


def test_a_body_is_wrapped_and_keeps_its_lists() -> None:
    body = tidy_body("word " * 30 + "\n\n- one " + "long " * 20 + "\n- two\n")
    assert max(map(len, body.splitlines())) <= MOST_SUBJECT
    assert "\n\n- one long" in body
    assert "\n  long" in body
    assert body.endswith("\n- two")


def test_a_body_neither_repeats_the_diff_nor_signs() -> None:
    body = tidy_body(
        "Why.\ndiff --git a/x b/x\n@@ -1 +1 @@\n+++ b/x\nreturn total\n"
        "Signed-off-by: Ada <a@b>\nCo-authored-by: Bob <b@c>\nBecause.",
        patch=["    return total"],
    )
    assert body == "Why.\nBecause."


def test_a_body_has_an_end() -> None:
    assert len(tidy_body("line of words\n" * 100).splitlines()) == 20


@settings(max_examples=50)
@given(st.text(max_size=300), st.text(max_size=300))
def test_a_message_is_clean_whatever_comes(subject: str, body: str) -> None:
    for answer in (f"{subject}\n\n{body}", json.dumps({"subject": subject, "body": body})):
        message = read_message(answer)
        assert "\n" not in message.subject
        text = message.text
        assert all(char == "\n" or char.isprintable() for char in text)
        text.encode("utf-8")


@settings(max_examples=50)
@given(st.text(max_size=300))
def test_a_shortened_subject_fits(text: str) -> None:
    short = shorten_subject(text)
    assert len(short) <= MOST_SUBJECT
    assert "\n" not in short


@pytest.mark.parametrize(
    ("subject", "wanted"),
    [
        ("Fix the sum and the total", "Fix the sum and the total"),
        (
            "Adjust the total to include a discount and ensure that it never is below zero",
            "Adjust the total to include a discount",
        ),
        ("Fix a, " + "and b " * 20, ("Fix a, " + "and b " * 11).rstrip()),
        ("word " * 30, " ".join(["word"] * 14) + "…"),
    ],
)
def test_a_long_subject_ends_with_a_clause(subject: str, wanted: str) -> None:
    assert first_clauses(subject) == wanted
    assert len(wanted) <= MOST_SUBJECT


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ([("src/a.py", "modified"), ("src/b.py", "added")], "Change 2 files in src"),
        ([("src/a.py", "added"), ("b.py", "added")], "Add 2 files"),
        ([("a/b/x", "deleted"), ("a/c", "deleted")], "Delete 2 files in a"),
        ([("a.py", "modified")], "Change a.py"),
        ([("a\x1b.py", "renamed")], "Rename a.py"),
        ([("d/" * 60 + "x.py", "added")], "Add x.py"),
        ([("d" * 80 + "/x", "added"), ("d" * 80 + "/y", "added")], "Add 2 files"),
    ],
)
def test_a_summary_without_a_model(changes: list[tuple[str, Kind]], wanted: str) -> None:
    assert plain_subject([Changed(path, kind) for path, kind in changes]) == wanted
    assert len(wanted) <= MOST_SUBJECT
