"""Plain lines ask about a folder as the screen does."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.app.trust.projects_to_trust import loaded, repository, write

from inhouse.plain.printer import Printer
from inhouse.plain.trusting import ask_for_trust
from inhouse.trust import is_trusted, standing_of


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
