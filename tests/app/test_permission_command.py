"""`inhouse permission`: verdicts for people and over a pipe, and the rules in force."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from inhouse.cli import app
from inhouse.sources import project_file, user_file
from inhouse.trust import trust

Permission = Callable[..., Result]


@pytest.fixture
def permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Permission:
    """`inhouse permission …` in an empty folder."""
    folder = tmp_path / "ws"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def invoke(*words: str, stdin: str | bytes = "") -> Result:
        return CliRunner().invoke(app, ["permission", *words], input=stdin)

    return invoke


def configure(text: str, file: Path | None = None) -> None:
    file = file or user_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "verdict", "code"),
    [
        (("rm x", "--sandbox", "none"), "ask", 1),
        (("ls", "--sandbox", "none"), "ask", 1),
        (("rm x", "--mode", "plan"), "deny", 3),
        (("rm x", "--mode", "yolo"), "allow", 0),
        (("curl x", "--mode", "yolo"), "deny", 3),
        (("ls\0", "--mode", "yolo"), "deny", 3),
    ],
)
def test_a_verdict_is_said_and_returned(
    permission: Permission, words: tuple[str, ...], verdict: str, code: int
) -> None:
    configure('[rules]\ndeny = ["bash(curl*)"]\n')
    said = permission("check", *words)
    assert said.exit_code == code
    assert said.stdout.startswith(f"{verdict}: ")
    parsed = json.loads(permission("check", "--json", *words).stdout)
    assert parsed["verdict"] == verdict
    assert parsed["reason"]


def test_what_only_reads_goes_ahead_in_the_sandbox_that_is_here(permission: Permission) -> None:
    said = permission("check", "ls -la", "--json")
    assert json.loads(said.stdout)["verdict"] == "allow", said.stdout
    assert permission("check", "rm x", "--mode", "auto-edit").exit_code == 0
    assert permission("check", "ls | sh", "--mode", "auto-edit").exit_code == 1


def test_hidden_characters_never_reach_the_terminal(permission: Permission) -> None:
    said = permission("check", "\x1b]0;x\x07 \u202e")
    assert "\x1b" not in said.stdout
    assert "U+001B" in said.stdout


def test_usage(permission: Permission) -> None:
    assert permission("check").exit_code == 2
    assert permission("check", "ls", "--mode", "wrong").exit_code == 2


def test_every_line_in_gives_a_line_out(permission: Permission) -> None:
    lines = [
        b'{"command": "rm x"}',
        b"",
        b"not json",
        b'["command"]',
        b'{"command": 3}',
        b'{"other": "ls"}',
        b'{"command": "ls", "more": 1}',
        b"\xff\xfe",
        b'{"command": "' + b"a" * 2_500_000 + b'"}',
        b"[" * 100_000,
        json.dumps({"command": "ls\u202e\n\x1b"}).encode(),
        b'{"command": "ls"}',
    ]
    said = permission("check", "-", "--sandbox", "none", stdin=b"\n".join(lines))
    answers = [json.loads(line) for line in said.stdout.splitlines()]
    assert said.exit_code == 2
    assert len(answers) == len(lines)
    judged = [0, 6, 10, 11]
    for place, answer in enumerate(answers):
        if place in judged:
            assert answer.keys() == {"verdict", "reason"}
            assert answer["verdict"] == "ask"
        else:
            assert answer["error"].startswith(f"Line {place + 1} was not judged"), answer
    assert said.stdout.isascii()


def test_only_good_lines_and_no_line_end_at_the_end(permission: Permission) -> None:
    said = permission("check", "-", "--mode", "yolo", stdin='{"command": "rm x"}')
    assert (said.exit_code, json.loads(said.stdout)["verdict"]) == (0, "allow")
    assert permission("check", "-", stdin="").stdout == ""


def test_answers_come_one_by_one_over_a_pipe(tmp_path: Path) -> None:
    program = str(Path(sys.executable).with_name("inhouse"))
    arguments = [program, "permission", "check", "-", "--sandbox", "none"]
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for command in ("ls", "rm x"):
            process.stdin.write(json.dumps({"command": command}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["verdict"] == "ask"
        process.stdin.close()
        assert process.wait(timeout=60) == 0


def test_rules_are_listed_with_their_source(
    permission: Permission, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "There are no rules" in permission("rules").stdout
    configure('[rules]\nallow = ["bash(ls)"]\nnetwork = ["bash(pip install *)"]\n')
    configure('[rules]\nask = ["bash(make*)"]\nallow = ["bash"]\n', project_file(Path.cwd()))
    trust(Path.cwd())
    monkeypatch.setenv("INHOUSE_RULES_DENY", '["bash(rm*)"]')
    listed = json.loads(permission("rules", "--json").stdout)
    assert [(one["verdict"], one["rule"], one["source"]) for one in listed] == [
        ("allow", "bash(ls)", "user"),
        ("ask", "bash(make*)", "project"),
        ("deny", "bash(rm*)", "start"),
        ("network", "bash(pip install *)", "user"),
    ]
    assert str(user_file()) in permission("rules").stdout.replace("\n", "")


GOOD = """[rules]
allow = ["bash(ls)", {rule = "bash(npm test*)", matches = ["npm test -- x"], misses = "ls; x"}]
deny = [{rule = "bash(curl*)", matches = ["sudo /usr/bin/curl x", "c''url"], misses = ["ls"]}]
"""


def test_a_rule_carries_examples_that_hold(permission: Permission) -> None:
    configure(GOOD)
    assert permission("check", "npm test", "--sandbox", "none").exit_code == 0
    assert permission("check", "npm test; curl x", "--sandbox", "none").exit_code == 3
    listed = json.loads(permission("rules", "--json").stdout)
    assert [one["source"] for one in listed] == ["user", "user", "user"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('{rule = "bash(npm test*)", misses = ["npm test -- x"]}', "should not match its example"),
        ('{rule = "bash(npm test*)", matches = ["npm run x"]}', "should match its example"),
        ('{rule = "bash(npm test*)", matches = ["npm test; x"]}', "'npm test; x' and does not"),
        ('{rule = "edit(src/**)", matches = ["test/a"]}', "edit(src/**)"),
        ('{rule = "bash("}', "not of the form"),
        ('{rule = "bash(ls)", other = 3}', "is not valid"),
        ("{matches = []}", "is not valid"),
        ("3", "is not valid"),
    ],
)
def test_a_failing_example_is_an_error_that_names_rule_and_file(
    permission: Permission, entry: str, said: str
) -> None:
    configure(f'[rules]\nallow = [{entry}]\ndeny = ["bash(rm*)"]\n')
    answer = permission("check", "rm x", "--mode", "yolo")
    assert answer.exit_code == 2
    assert "allow:" not in answer.stdout
    assert said in answer.stderr
    assert str(user_file()) in answer.stderr
    assert "rules" in answer.stderr
