"""What is asked: words, what was piped in, and the schema of the answer."""

import os
from pathlib import Path

import pytest

from inhouse.prompts import (
    MAX_STDIN_BYTES,
    PromptProblem,
    compose_prompt,
    read_piped,
    read_schema,
)


def complain_never(text: str) -> None:
    raise AssertionError(text)


@pytest.mark.parametrize(
    ("words", "piped", "prompt"),
    [
        ("fix it", "", "fix it"),
        ("  fix it\n", " \n", "fix it"),
        ("why?", "a log\n", "why?\n\n<stdin>\na log\n</stdin>"),
        ("why?", "no newline", "why?\n\n<stdin>\nno newline\n</stdin>"),
        ("-", "the prompt\n", "the prompt"),
        ("", "the prompt\n", "the prompt"),
    ],
)
def test_piped_text_is_marked(words: str, piped: str, prompt: str) -> None:
    assert compose_prompt(words, piped) == prompt


@pytest.mark.parametrize(("words", "piped"), [("", ""), ("-", "  "), ("a\0b", ""), ("a", "\0")])
def test_nothing_to_ask_is_a_problem(words: str, piped: str) -> None:
    assert isinstance(compose_prompt(words, piped), PromptProblem)


def test_a_pipe_is_read_to_its_end() -> None:
    reader, writer = os.pipe()
    os.write(writer, "héllo\n".encode() + b"\xff")
    os.close(writer)
    with os.fdopen(reader) as stream:
        assert read_piped(stream, complain_never) == "héllo\n\ufffd"


def test_a_file_is_read_and_dev_null_is_not(tmp_path: Path) -> None:
    (tmp_path / "input").write_text("text", "utf-8")
    with (tmp_path / "input").open(encoding="utf-8") as stream:
        assert read_piped(stream, complain_never) == "text"
    with Path(os.devnull).open(encoding="utf-8") as stream:
        assert read_piped(stream, complain_never) == ""


def test_too_much_input_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "input").write_bytes(b"x" * (MAX_STDIN_BYTES + 1))
    with (tmp_path / "input").open(encoding="utf-8") as stream:
        assert isinstance(read_piped(stream, complain_never), PromptProblem)


def test_a_schema_is_read_from_text_or_file(tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    file.write_text('{"type": "object"}', "utf-8")
    for given in ('{"type": "object"}', str(file), f"@{file}"):
        assert read_schema(given) == {"type": "object"}


@pytest.mark.parametrize("given", ["{", "missing.json", "", "{1: 2}"])
def test_a_wrong_schema_is_a_problem(given: str) -> None:
    assert isinstance(read_schema(given), PromptProblem)
