"""A test command is taken from a prompt only when it is one plain command that may run."""

import asyncio
from pathlib import Path

import pytest
from tests.agent.guided_bench import FAILS, guided

from inhouse_agent.permission import Policy, Rule
from inhouse_agent.quoted_check import quoted_check, quoted_command

COMMANDS = (
    "python3 -m unittest -q",
    "python -m pytest tests/test_a.py::TestB::test_c",
    "pytest -q --maxfail=1",
    "node --test",
    "npm test",
    "npm run test",
    "go test ./...",
    "cargo test",
    "make check",
    "bundle exec rspec",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_test_commands_are_taken(command: str) -> None:
    assert quoted_command(f"Fix `add` so that `{command}` passes.") == command


@pytest.mark.parametrize(
    "command",
    [
        "rm -rf x",
        "pytest; rm x",
        "pytest && rm x",
        "pytest & rm x",
        "pytest | tee x",
        "pytest > x",
        "pytest $(id)",
        "pytest $HOME",
        "pytest 'a b'",
        "pytest\\nrm x",
        "pytesting",
        "python3 -m http.server",
        "python3 -c pytest",
        "FOO=1 pytest",
        "npm install",
        "make",
    ],
)
def test_other_commands_are_not(command: str) -> None:
    assert quoted_command(f"Make `{command}` pass.") is None


def test_a_command_must_be_quoted_on_one_line() -> None:
    assert quoted_command("Make pytest pass") is None
    assert quoted_command("Make `pytest\n-q` pass") is None
    assert quoted_command("First `npm install`, then ` npm test `, `pytest`") == "npm test"


@pytest.mark.parametrize(
    ("policy", "runs"),
    [
        (Policy("yolo"), True),
        (Policy("auto-edit", sandboxed=True), True),
        (Policy("auto-edit"), False),
        (Policy("ask", sandboxed=True), False),
        (Policy("ask", (Rule("allow", "bash", "pytest*"),)), True),
        (Policy("yolo", (Rule("deny", "bash", "pytest*"),)), False),
        (Policy("plan", sandboxed=True), False),
    ],
)
def test_the_policy_decides_whether_it_runs(tmp_path: Path, policy: Policy, runs: bool) -> None:
    bench = guided(tmp_path, bash=[FAILS])
    bench.kit.policy = policy
    check = quoted_check(bench.kit, "Make `pytest -q` pass.")
    assert (check is not None) == runs
    if check is not None:
        assert check.command == "pytest -q"
        assert asyncio.run(check.check()) == FAILS


def test_nothing_runs_without_the_tool_or_a_command(tmp_path: Path) -> None:
    bench = guided(tmp_path)
    assert quoted_check(bench.kit, "Fix it.") is None
    bench.kit.tools = {}
    assert quoted_check(bench.kit, "Make `pytest` pass.") is None
