"""Plain lines ask about a folder as the screen does."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.app.trust.projects_to_trust import loaded, repository, write

from inhouse.plain.conversation import Person, PlainConversation
from inhouse.plain.printer import Printer
from inhouse.plain.trusting import ASK, ask_for_trust
from inhouse.settings import Settings
from inhouse.trust import is_trusted, standing_of
from inhouse.wishing import Wanted, make_wish
from inhouse_models.scripted import ScriptedModel, say


def ask(root: Path, read: Callable[[str], str]) -> str:
    out = io.StringIO()
    ask_for_trust(root, Printer(out), read)
    return out.getvalue()


@pytest.mark.parametrize(
    ("line", "answer"),
    [("1", "trusted"), (" 2 ", "trusted"), ("4", "untrusted")]
    + [(line, "undecided") for line in ("3", "", "y", "yes", "11", "1 fix the bug", "trust")],
)
def test_a_number_answers_and_nothing_else(tmp_path: Path, line: str, answer: str) -> None:
    root = loaded(tmp_path / "repo")
    said = ask(root, lambda _prompt: line)
    assert "check lint runs `make lint`" in said
    assert "MCP server files would run `npx -y it`: not used" in said
    assert standing_of(root).answer == answer


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt])
def test_no_answer_is_not_now(tmp_path: Path, end: type[BaseException]) -> None:
    def leave(_prompt: str) -> str:
        raise end

    root = loaded(tmp_path / "repo")
    ask(root, leave)
    assert standing_of(root).answer == "undecided"


def test_where_nothing_would_be_obeyed_nobody_is_asked(tmp_path: Path) -> None:
    def fail(_prompt: str) -> str:
        raise AssertionError("it asked")

    assert ask(repository(tmp_path / "repo"), fail) == ""


def test_names_are_one_line_each(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    write(root / ".inhouse" / "config.toml", 'verify = "x\\u001b[2J\\n1 Trust this repository"\n')
    said = ask(root, lambda _prompt: "")
    assert "\x1b" not in said
    assert said.splitlines().count("1 Trust this repository") == 1
    assert not is_trusted(root)


def converse(root: Path, *lines: str) -> tuple[str, list[Settings]]:
    """What is said to a person who says these lines, and the settings of each opened session."""
    opened: list[Settings] = []
    wanted = Wanted(root, "ask", {"sandbox": "off", "model": "chosen"})

    async def connect(settings: Settings, _progress: object) -> ScriptedModel:
        opened.append(settings)
        return ScriptedModel((say("Four."),) * 2)

    out, script = io.StringIO(), iter(lines)

    def read(prompt: str) -> str:
        out.write(prompt)
        try:
            return next(script)
        except StopIteration:
            raise EOFError from None

    PlainConversation(lambda: make_wish(wanted), Printer(out), Person(read), connect).run()
    return out.getvalue(), opened


@pytest.mark.parametrize(("line", "obeyed"), [("1", True), ("2", True), ("3", False), ("4", False)])
def test_an_open_session_goes_on_with_what_is_trusted(
    tmp_path: Path, line: str, obeyed: bool
) -> None:
    root = loaded(tmp_path / "repo")
    said, opened = converse(root, "What is two and two?", "/trust", line, "And again?")
    assert "not trusted" in said and ASK in said
    assert "The session goes on: What is two and two?" in said or not obeyed
    assert [(one.verify, one.max_turns == 7, one.model) for one in opened] == [
        ("", False, "chosen"),
        *([("make check", True, "chosen")] if obeyed else []),
    ]
    # The check of the folder runs from now on, fails here, and asks once more.
    assert said.count("Four.") == (3 if obeyed else 2)


def test_what_is_trusted_already_is_only_shown(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    said, opened = converse(root, "/trust", "/help", "/trst")
    assert "It brings nothing along that inhouse would obey." in said
    assert ASK not in said and len(opened) == 1
    assert "/trust: what this folder brings along" in said
    assert "Did you mean /trust?" in said
