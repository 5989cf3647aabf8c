"""A settings file that cannot be understood stops the start, and is never written over."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unprivileged import bound_by_file_modes

from inhouse.live.kept_rules import keep_rule
from inhouse.settings import SettingProblem
from inhouse.settings_file import FileProblem, read_file, write_value
from inhouse.settings_removal import remove_value
from inhouse.sources import resolve, user_file
from inhouse_agent.rules import Rule, parse_rule

GOOD = b'# Mine.\nmode = "ask"\n\n[rules]\ndeny = ["bash(rm *)"]\n'
DAMAGED = {
    "truncated in a string": GOOD[:-6],
    "truncated in a table": GOOD[:25],
    "followed by NULs": GOOD + b"\0" * 4096,
    "not UTF-8": GOOD + b'model = "\xff"\n',
    "a key twice": GOOD + b'\n[rules]\nallow = ["bash"]\n',
    "nested too deeply": b"a = " + b"[" * 5000,
    "a number too long": b"max_turns = " + b"1" * 5000 + b"\n",
    "too large": b"#" * 10_000_000,
}
WRONG = {
    "rules that are no table": b"rules = 3\n",
    "a list that is no list": b'[rules]\ndeny = "bash"\n',
    "a rule that is none": b'[rules]\ndeny = ["bash("]\n',
    "a mode that is none": b'mode = "yes"\n',
}


def put(raw: bytes) -> Path:
    file = user_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(raw)
    return file


def allowing() -> Rule:
    rule = parse_rule("bash(git status*)", "allow")
    assert isinstance(rule, Rule)
    return rule


@pytest.mark.parametrize("name", [*DAMAGED, *WRONG])
def test_the_start_stops_and_names_the_file(tmp_path: Path, name: str) -> None:
    file = put({**DAMAGED, **WRONG}[name])
    found = resolve(tmp_path, {}, {})
    assert isinstance(found, SettingProblem), found
    assert str(file) in found.text


def test_a_whole_one_does_not_stop_it(tmp_path: Path) -> None:
    put(GOOD)
    found = resolve(tmp_path, {}, {})
    assert not isinstance(found, SettingProblem)
    assert len(found.settings.rules.deny) == 1


@pytest.mark.parametrize("name", DAMAGED)
def test_nothing_writes_over_it(name: str) -> None:
    raw = DAMAGED[name]
    file = put(raw)
    for done in (
        write_value(file, "max_turns", 5),
        remove_value(file, "mode"),
        keep_rule(allowing(), file),
    ):
        assert isinstance(done, FileProblem)
        assert str(file) in done.text
        assert file.read_bytes() == raw
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_what_may_not_be_read_is_not_passed_over(tmp_path: Path) -> None:
    file = put(GOOD)
    file.chmod(0)
    with bound_by_file_modes():
        found = resolve(tmp_path, {}, {})
    assert isinstance(found, SettingProblem)
    assert "Permission denied" in found.text


def test_the_person_is_told_file_line_and_what_to_do(tmp_path: Path) -> None:
    file = put(GOOD + b"model = \n")
    before = file.read_bytes()
    for words in (["-p", "hello"], ["config", "get", "model"], ["config", "set", "model", "x"]):
        done = subprocess.run(
            [sys.executable, "-m", "inhouse.start", *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2, done.stderr
        assert str(file) in done.stderr.replace("\n", "")
        assert "line 6" in done.stderr
        assert "please fix it" in done.stderr
        assert "Traceback" not in done.stderr
    assert file.read_bytes() == before


@given(st.binary(max_size=60))
def test_whatever_stands_in_it_is_understood_or_said(raw: bytes) -> None:
    found = read_file(put(GOOD + raw), owned=True)
    if isinstance(found, FileProblem):
        assert not found.ignorable
        return
    assert "bash(rm *)" in repr(found["rules"]), "a rule was weakened"
