"""What the checks of a session tell a model: only what is new, shortly, and failures once."""

import asyncio
from pathlib import Path

import pytest
from tests.agent.checkers import Words, own_test, session

from inhouse_agent.checking import MOST_LINES, Checking, Found, TurnChecks, describe
from inhouse_tools.checks.problem import Problem
from inhouse_tools.refusal import Refusal


async def edit(checks: TurnChecks, root: Path, **files: str) -> str:
    """One answer that writes these files."""
    paths = [f"{name}.txt" for name in files]
    for path, text in zip(paths, files.values(), strict=True):
        await checks.before_change([path])
        (root / path).write_text(text)
    return await checks.after_change(paths)


def test_only_what_is_new_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("BAD old\nfine\n")
    words = Words(tmp_path)

    async def turns() -> list[str]:
        checks = session(words).turn()
        return [
            await edit(checks, tmp_path, a="new\nlines\nBAD old\nfine\n"),
            await edit(checks, tmp_path, a="new\nBAD one\nBAD old\nfine\n"),
            await edit(checks, tmp_path, a="new\nBAD one\nBAD old\nfine too\n"),
            await edit(checks, tmp_path, a="fine\n", b="BAD from the start\n"),
            await edit(checks, tmp_path, a="BAD one\n"),
        ]

    assert asyncio.run(turns()) == [
        "",
        "New problems in a.txt after this edit:\nline 2: B1 bad word",
        "",
        "New problems in b.txt after this edit:\nline 1: B1 bad word",
        "New problems in a.txt after this edit:\nline 1: B1 bad word",
    ]


def test_what_was_found_is_remembered_until_the_file_changes(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("BAD\n")
    words = Words(tmp_path)

    async def turns() -> None:
        one = session(words)
        await edit(one.turn(), tmp_path, a="BAD 1\n")
        assert words.asked == [("a.txt",)] * 2
        await edit(one.turn(), tmp_path, a="BAD 2\n")
        assert words.asked == [("a.txt",)] * 3
        (tmp_path / "a.txt").write_text("BAD by the person\n")
        assert await edit(one.turn(), tmp_path, a="BAD by the person\nmore\n") == ""
        assert words.asked == [("a.txt",)] * 5

    asyncio.run(turns())


def test_two_edits_of_a_file_in_one_answer_are_compared_with_what_was_before_both(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.txt").write_text("fine\n")

    async def turn() -> str:
        checks = session(Words(tmp_path)).turn()
        for text in ("BAD\n", "BAD\nmore\n"):
            await checks.before_change(["a.txt"])
            (tmp_path / "a.txt").write_text(text)
        return await checks.after_change(["a.txt"])

    assert "line 1: B1 bad word" in asyncio.run(turn())


def test_a_check_of_the_whole_project_tells_what_broke_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("fine\n")
    (tmp_path / "b.txt").write_text("BAD old\n")
    words = Words(tmp_path, whole=True)

    async def turn() -> str:
        checks = session(words).turn()
        await checks.before_change(["a.txt"])
        (tmp_path / "a.txt").write_text("BAD here\n")
        (tmp_path / "b.txt").write_text("BAD old\nBAD there\n")
        return await checks.after_change(["a.txt"])

    assert asyncio.run(turn()).split("\n") == [
        "New problems in a.txt after this edit:",
        "line 1: B1 bad word",
        "New problems in b.txt after this edit:",
        "line 2: B1 bad word",
    ]
    assert words.asked == [("",), ("",)]


def test_files_outside_and_of_no_concern_are_not_looked_at(tmp_path: Path) -> None:
    words = Words(tmp_path)

    async def turn() -> None:
        checks = session(words).turn()
        paths = ["/elsewhere/a.txt", "../a.txt", "a.md"]
        await checks.before_change(paths)
        assert await checks.after_change(paths) == ""
        assert await checks.after_change(["unknown.txt"]) == ""

    asyncio.run(turn())
    assert words.asked == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_check_that_fails_is_said_once_and_left_out(tmp_path: Path, when: str) -> None:
    words, other = Words(tmp_path, "broken"), Words(tmp_path, "other")
    notices: list[str] = []

    async def turns() -> list[str]:
        one = session(words, other, notices=notices)
        if when == "before":
            (tmp_path / "a.txt").write_text("fine\n")
        words.answer = Refusal("broken failed: no module.")
        return [await edit(one.turn(), tmp_path, a=f"BAD {number}\n") for number in range(3)]

    told = asyncio.run(turns())
    assert notices == ["broken failed: no module. It is left out for this session."]
    assert len(words.asked) == 1
    assert all("B1 bad word" in text for text in told)


def test_a_slow_check_is_cancelled_and_the_others_are_heard(tmp_path: Path) -> None:
    notices: list[str] = []

    async def turn() -> str:
        slow = Words(tmp_path, "slow", gate=asyncio.Event())
        return await edit(
            session(slow, Words(tmp_path), notices=notices, seconds=0.05).turn(),
            tmp_path,
            a="BAD\n",
        )

    assert "bad word" in asyncio.run(turn())
    assert notices == ["slow was stopped. It is left out for this session."]


def test_checks_run_side_by_side(tmp_path: Path) -> None:
    async def turn() -> str:
        opening = Words(tmp_path, "opening")
        waiting = Words(tmp_path, "waiting", gate=opening.reached)
        return await edit(session(waiting, opening).turn(), tmp_path, a="BAD\n")

    assert asyncio.run(asyncio.wait_for(turn(), 60)).count("bad word") == 1


def test_checks_at_the_end_know_the_state_before_the_turn(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("BAD old\n")
    words = Words(tmp_path, when="end")
    notices: list[str] = []

    async def turn() -> list[str]:
        checks = session(words, notices=notices).turn()
        told = [await edit(checks, tmp_path, a="BAD old\nBAD 1\n")]
        told += [await edit(checks, tmp_path, a="BAD old\nBAD 1\nBAD 2\n")]
        return told + [await checks.at_end(["a.txt"]) for _time in range(3)]

    first, second, *end = asyncio.run(turn())
    assert (first, second) == ("", "")
    assert end[0].count("bad word") == 2
    assert "since the first edit of this turn" in end[0]
    assert (end[1], end[2]) == (end[0], "")
    assert notices == ["The turn ends although this still fails: words."]


def test_tests_at_the_end_are_told_when_they_fail(tmp_path: Path) -> None:
    notices: list[str] = []
    test = own_test(tmp_path, "echo 1 failed; test -e passes")

    async def turn() -> list[str]:
        checks = Checking(lambda: Found(tests=[test]), notices.append).turn()
        told = [await checks.at_end(["a.md"]), await checks.at_end(["a.txt"])]
        (tmp_path / "passes").touch()
        return [*told, await checks.at_end(["a.txt"])]

    shown = "`echo 1 failed; test -e passes`"
    assert asyncio.run(turn()) == ["", f"{shown} fails:\n1 failed", ""]
    assert notices == [f"{shown} fails.", f"{shown} passes."]


def test_what_is_found_is_looked_up_once_and_its_notices_are_passed_on(tmp_path: Path) -> None:
    lookups: list[int] = []
    notices: list[str] = []
    words = Words(tmp_path)

    def find() -> Found:
        lookups.append(1)
        return Found([words], notices=["ruff is not installed."])

    async def turns() -> None:
        one = Checking(find, notices.append)
        await one.close()
        assert lookups == []
        await edit(one.turn(), tmp_path, a="fine\n")
        await edit(one.turn(), tmp_path, a="finer\n")
        await one.close()

    asyncio.run(turns())
    assert (lookups, notices, words.closed) == ([1], ["ruff is not installed."], True)


def test_at_most_a_screen_is_told_changed_files_first() -> None:
    many = [Problem("z.py", line, 1, "E1", f"bad {line}") for line in range(20, 5, -1)]
    one = Problem("other.py", 3, 1, "", "broken elsewhere")
    lines = describe([one, *many, many[0]], ["z.py"], "after this edit").split("\n")
    assert lines[0] == "New problems in z.py after this edit:"
    assert lines[1] == "line 6: E1 bad 6"
    assert len(lines) == MOST_LINES + 2
    assert lines[-1] == "and 6 more"
    assert describe([], ["z.py"], "after this edit") == ""
