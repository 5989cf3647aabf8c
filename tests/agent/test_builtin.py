"""The turn with the tools that ship, as the front ends use them."""

from pathlib import Path

import pytest
from tests.agent.kits import Bench, run, scripted

from inhouse_agent.events import PlanChanged
from inhouse_agent.permission import Policy
from inhouse_agent.profile import LARGE_PROFILE, SMALL_PROFILE
from inhouse_models.scripted import Answer, call, say
from inhouse_tools.registry import builtin_tools

SOURCE = "def add(a, b):\n    return a - b\n"
FIXED = "def add(a, b):\n    return a + b\n"


def bench_with(root: Path, *answers: Answer) -> Bench:
    (root / "sums.py").write_text(SOURCE)
    bench = scripted(root, *answers)
    bench.kit.tools = builtin_tools()
    bench.kit.profile = LARGE_PROFILE
    bench.kit.policy = Policy("auto-edit")
    return bench


def test_a_large_model_edits(tmp_path: Path) -> None:
    bench = bench_with(
        tmp_path,
        call("plan", steps=[{"step": "fix add", "state": "doing"}]),
        call("read", file_path="sums.py"),
        call("edit", file_path="sums.py", old_string="a - b", new_string="a + b"),
        say("Fixed."),
    )
    ended = run(bench)
    assert (ended.ending, ended.files_changed) == ("success", ("sums.py",)), bench.answers()
    assert (tmp_path / "sums.py").read_text() == FIXED
    assert bench.of(PlanChanged) == [PlanChanged((("fix add", "doing"),))]


def test_a_small_model_writes_a_function_anew(tmp_path: Path) -> None:
    bench = bench_with(
        tmp_path,
        call("read", file_path="sums.py"),
        call("replace_symbol", file_path="sums.py", symbol="add", content=FIXED),
        say("Fixed."),
    )
    bench.kit.profile = SMALL_PROFILE
    ended = run(bench)
    assert (ended.ending, ended.text) == ("success", "Fixed."), bench.answers()
    assert ended.files_changed == ("sums.py",)
    assert (tmp_path / "sums.py").read_text() == FIXED


@pytest.mark.parametrize("path", ["../out.txt", ".git/hooks/pre-commit", "/etc/nothing"])
def test_nothing_is_written_where_one_would_be_asked(tmp_path: Path, path: str) -> None:
    (tmp_path / "in" / ".git").mkdir(parents=True)
    bench = bench_with(tmp_path / "in", call("write", file_path=path, content="x"), say("No."))
    assert run(bench).ending == "blocked", bench.answers()
    assert not (tmp_path / "in" / path).exists()


def test_tools_of_another_profile_are_unknown(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, call("plan", steps=[]), say("Fine."))
    bench.kit.profile = SMALL_PROFILE
    run(bench)
    assert bench.answers()[0].startswith("There is no tool named 'plan'.")
