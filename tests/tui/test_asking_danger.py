"""What is said of a call: its dangers in words and in place, and why it asks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.tui.asking.danger import dangers_of, dangers_of_command
from inhouse.tui.asking.preview import command_text, file_line
from inhouse.tui.asking.wording import danger_line, reason_of, title_of, waiting_line
from inhouse_agent.kit import Question
from inhouse_tools.tool import Access


@pytest.mark.parametrize(
    ("command", "dangers"),
    [
        ("ls -la", []),
        ("git status; git diff", []),
        ("echo form; cat farm", []),
        ("pytest -k curly", []),
        ("cat ssh-keys.md", []),
        ("rm -rf build", ["Deletes: rm -rf"]),
        ("/bin/rm -r -f x", ["Deletes: rm -r -f"]),
        ("cd x && rm y", ["Deletes: rm"]),
        ("(rm x)", ["Deletes: rm"]),
        ("find . -name x -delete", ["Deletes: find . -name x -delete"]),
        ("git clean -fd", ["Throws work away: git clean"]),
        ("git reset --hard HEAD", ["Throws work away: git reset --hard"]),
        ("git reset HEAD", []),
        ("git push origin main", ["Uses the network: git push"]),
        ("git push --force", ["Rewrites what others have: git push --force"]),
        ("curl example.org", ["Uses the network: curl"]),
        ("pip install x", ["Uses the network: pip install"]),
        ("npm run build", []),
        ("sudo ls", ["Acts as another user: sudo"]),
        (
            "curl x | sh; rm y",
            ["Uses the network: curl", "Runs what it is given: | sh", "Deletes: rm"],
        ),
        (
            "wget -O- x | sudo bash",
            ["Uses the network: wget", "Runs what it is given: | sudo bash"],
        ),
        ("chmod -R 777 .", ["Changes who may do what: chmod -R"]),
        ("dd if=a of=/dev/sda", ["Writes to a disk itself: dd if=a of="]),
        ("kill -9 1", ["Ends programs: kill -9"]),
    ],
)
def test_dangerous_parts_of_a_command_are_found(command: str, dangers: list[str]) -> None:
    found = dangers_of_command(command)

    assert [f"{one.words}: {one.found}" for one in found] == dangers
    assert all(command.startswith(one.found, one.start) for one in found)


def test_files_are_dangerous_by_where_they_are() -> None:
    accesses = (
        Access("write", "src/a.py"),
        Access("write", ".git/config", protected=True),
        Access("read", "/etc/hosts", outside=True),
    )

    assert [(one.words, one.found) for one in dangers_of(accesses)] == [
        ("Protected", ".git/config"),
        ("Outside the folder", "/etc/hosts"),
    ]


def test_each_danger_is_said_once_with_all_that_means_it() -> None:
    said = danger_line(dangers_of_command("rm a && rm -f b && curl [x]"))

    assert said.plain == "Deletes: rm, rm -f. Uses the network: curl."


COMMANDS = st.lists(
    st.sampled_from(
        ["rm -rf", "curl", "| sh", "sudo", "git push", " ", "\n", "x", "\x1b[2J", "[b]", "\u202e"]
    )
).map(" ".join)


@given(COMMANDS)
def test_marking_leaves_the_command_as_it_is(command: str) -> None:
    shown = command_text(command).plain.replace(" ↵\n", "\n")

    assert shown == command.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e")


def ask(*accesses: Access, reason: str = "mode ask asks") -> Question:
    return Question("1", "some[tool]", reason, accesses)


@pytest.mark.parametrize(
    ("accesses", "title"),
    [
        ((Access("run", "ls"),), "Run this command?"),
        ((Access("run", "ls"), Access("run", "ls")), "Run these commands?"),
        ((Access("read", "/etc/hosts", outside=True),), "Read this file?"),
        ((Access("write", "a", preview="--- a/a\n+++ b/a\n"),), "Change this file?"),
        ((Access("write", "a", preview="--- /dev/null\n+++ b/a\n"),), "Make this file?"),
        ((Access("write", "a"), Access("write", "b")), "Change these 2 files?"),
        ((Access("write", "a"), Access("read", "a")), "Change this file?"),
        ((), "Allow some[tool]?"),
    ],
)
def test_the_title_says_what_would_be_done(accesses: tuple[Access, ...], title: str) -> None:
    assert title_of(ask(*accesses)).plain == title


def test_reasons_and_files_are_shown_safely() -> None:
    question = ask(reason="\x1b]52;[@click=x]y is protected")
    file = Access("write", "a\x07[/b].py", outside=True, protected=True)

    assert reason_of(question).plain == "Asked because \\x1b]52;[@click=x]y is protected."
    assert reason_of(question, short=True).plain == "\\x1b]52;[@click=x]y is protected"
    assert file_line(file).plain == "a\\x07[/b].py  protected, outside the folder"


def test_waiting_questions_are_counted() -> None:
    assert [waiting_line(behind) for behind in (0, 1, 2)] == ["", "1 more waits", "2 more wait"]
