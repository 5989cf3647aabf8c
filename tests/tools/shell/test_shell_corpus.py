"""Commands as people and attackers write them, each with how far it may go."""

import json
import os
import time
from pathlib import Path
from typing import TypedDict, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse_tools.shell import Grade, analyse
from inhouse_tools.shell.analysis import Analysis

CORPUS = Path(__file__).with_name("shell_corpus.json")
CASES = Path(__file__).with_name("shell_cases.txt")


class Row(TypedDict):
    """One command of the corpus."""

    command: str
    expect: str


def corpus() -> list[Row]:
    return cast("list[Row]", json.loads(CORPUS.read_text(encoding="utf-8")))


def cases() -> list[tuple[Grade, str]]:
    """The lines of shell_cases.txt: a grade, blanks, a command with \\n, \\t, \\xNN for characters
    that a line cannot show."""
    found: list[tuple[Grade, str]] = []
    for line in CASES.read_text(encoding="utf-8").splitlines():
        grade, _blank, command = line.partition(" ")
        if grade in {"reads", "runs", "unclear"}:
            text = command.strip().replace("⏎", "\n").replace("⇥", "\t")
            found.append((cast("Grade", grade), text))
    return found


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with source, secrets, links that leave it and odd names."""
    root = tmp_path_factory.mktemp("ws").resolve()
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("[core]\n\tbare = false\n", encoding="utf-8")
    (root / "src").mkdir()
    (root / "odd").mkdir()
    for name in ("a", "b", "src/x.py", "src/y.py", "odd/--compress-program=x"):
        (root / name).write_text("print(1)\n", encoding="utf-8")
    for name in (".env", ".env.example", "server.pem", "run.sh"):
        (root / name).write_text("KEY=1\n", encoding="utf-8")
    (root / "outside").symlink_to("/etc")
    (root / "passwords").symlink_to("/etc/passwd")
    os.mkfifo(root / "pipe")
    return root


@pytest.mark.parametrize("row", corpus(), ids=lambda row: repr(row["command"]))
def test_nothing_hostile_of_the_corpus_only_reads(row: Row, workspace: Path) -> None:
    analysis = analyse(row["command"], workspace)
    if row["expect"] != "may_auto":
        assert analysis.grade != "reads"
    assert analysis.reason


def test_the_harmless_of_the_corpus_only_read(tmp_path: Path) -> None:
    harmless = [row["command"] for row in corpus() if row["expect"] == "may_auto"]
    read = [one for one in harmless if analyse(one, tmp_path).grade == "reads"]
    assert len(harmless) == 10
    # A bracket behind an escaped dollar is no command at all: it asks.
    assert set(harmless) - set(read) == {"echo \\$(id)"}


@pytest.mark.parametrize(("grade", "command"), cases(), ids=repr)
def test_each_case_has_its_grade(grade: Grade, command: str, workspace: Path) -> None:
    analysis = analyse(command, workspace)
    assert analysis.grade == grade, analysis.reason


def test_there_are_cases_of_every_grade() -> None:
    counts = {grade: sum(one == grade for one, _command in cases()) for grade in
              ("reads", "runs", "unclear")}  # fmt: skip
    assert min(counts.values()) > 40


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("ls\0", "U+0000"), ("ls \x1b[2J", "U+001B"), ("ls\u2028rm", "U+2028"),
        ("ls \u200brm", "U+200B"), ("ls \u202erm", "U+202E"), ("ls\u00a0rm", "U+00A0"),
        ("ls \ufeff", "U+FEFF"), ("ls \ud800", "U+D800"), ("ls\x0b", "U+000B"),
        ("ls\x85", "U+0085"), ("ls \U000e0041", "U+E0041"), ("ls \u115f", "U+115F"),
        ("ls\r rm", "U+000D"), ("ls\x7f", "U+007F"), ("ls \u3000x", "U+3000"),
    ],
)  # fmt: skip
def test_what_cannot_be_seen_is_named(command: str, code: str, workspace: Path) -> None:
    analysis = analyse(command, workspace)
    assert analysis.grade == "unclear"
    assert code in analysis.reason


def test_other_scripts_are_seen_but_name_no_program(workspace: Path) -> None:
    assert analyse("echo é 日本 \U0001f600", workspace).grade == "reads"
    assert analyse("l\u0455", workspace).grade == "unclear"


def test_length_and_number_are_bounded(workspace: Path) -> None:
    assert analyse("echo " + "a" * 9_000, workspace).grade == "reads"
    assert analyse("echo " + "a" * 10_000, workspace).grade == "unclear"
    assert analyse("; ".join(["ls"] * 50), workspace).grade == "reads"
    assert analyse("; ".join(["ls"] * 51), workspace).grade == "unclear"
    assert analyse("(" * 500 + "ls" + ")" * 500, workspace).grade == "unclear"
    assert analyse("$(" * 5_000 + "ls" + ")" * 5_000, workspace).grade == "unclear"
    assert analyse("x" * 1_000_000, workspace).grade == "unclear"


HARMLESS = st.sampled_from(["ls", "cat a", "echo 'x; y'", "pwd", "grep -n x a", "head -3 b"])
HOSTILE = st.sampled_from(["rm a", "id > f", "$x", "`id`", "./a", "sh", "tee b", "cat passwords"])
JOINTS = st.sampled_from([";", " && ", " || ", " | ", "\n", " & ", "|", ";\n"])


@given(st.lists(st.tuples(HARMLESS, JOINTS), max_size=4), HOSTILE, HARMLESS)
def test_one_that_does_more_is_never_lost_among_those_that_read(
    workspace: Path, before: list[tuple[str, str]], hostile: str, after: str
) -> None:
    harmless = "".join(f"{one}{joint}" for one, joint in before)
    assert analyse(f"{harmless}{after}", workspace).grade == "reads" or "&" in harmless.replace(
        "&&", ""
    )
    assert analyse(f"{harmless}{hostile}; {after}", workspace).grade != "reads"


def seconds(command: str, root: Path) -> float:
    times: list[float] = []
    for _round in range(15):
        started = time.process_time()
        analyse(command, root)
        times.append(time.process_time() - started)
    return min(times)


def test_it_takes_no_time_that_a_person_would_notice(workspace: Path) -> None:
    typical: list[float] = [seconds(row["command"], workspace) for row in corpus()]
    assert sorted(typical)[len(typical) // 2] < 0.004


def names(analysis: Analysis) -> list[str]:
    return [" ".join(one.words) for one in analysis.commands]


def test_commands_are_found_at_every_depth(workspace: Path) -> None:
    line = "if x; then sudo env A=1 nice rm -rf 'a b'; fi; sh -c \"ls; sh -c 'id'\"; echo $(w)"
    found = names(analyse(line, workspace))
    assert {"x", "rm -rf a b", "ls", "id", "w", "nice rm -rf a b"} <= set(found)


def test_a_program_of_the_folder_is_not_the_one_that_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for entry in ("bin", str(programs)):
        monkeypatch.setenv("PATH", f"{entry}:/usr/bin:/bin")
        assert analyse("cat a", tmp_path).grade == "reads", entry
        program = programs / "cat"
        program.write_text("#!/bin/sh\n", encoding="utf-8")
        program.chmod(0o755)
        assert analyse("cat a", tmp_path).grade == "runs", entry
        assert analyse("ls", tmp_path).grade == "reads", entry
        monkeypatch.setenv("PATH", f"/usr/bin:/bin:{entry}")
        assert analyse("cat a", tmp_path).grade == "reads", entry
        program.unlink()
    program = tmp_path / "cat"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    for entry in ("", "."):
        monkeypatch.setenv("PATH", f"{entry}:/usr/bin:/bin")
        assert analyse("cat a", tmp_path).grade == "runs", entry
