"""The commit after a turn."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from tests.agent.kits import Bench, run, scripted

from inhouse_agent.commit import TurnCommits, turn_message
from inhouse_agent.events import Noticed, TurnEnded
from inhouse_agent.undo import record_turns, store_of
from inhouse_models.scripted import Answer, call, say
from inhouse_tools.registry import builtin_tools

IDENTITY = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"))
}
TRAILER = "Assisted-by: inhouse"


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments],
        cwd=root,
        env={**os.environ, **IDENTITY},
        capture_output=True,
        check=True,
    )
    return os.fsdecode(done.stdout)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / "mine").write_text("1\n", "utf-8")
    git(tmp_path, "add", "mine")
    git(tmp_path, "commit", "--quiet", "--message", "First")
    return tmp_path


def turn(root: Path, *answers: Answer, prompt: str = "Add a file", trailer: str = TRAILER) -> Bench:
    bench = scripted(root, *answers)
    bench.kit.options = type(bench.kit.options)(commits=TurnCommits(trailer))
    run(bench, prompt)
    return bench


def notices(bench: Bench) -> list[str]:
    return [event.text for event in bench.of(Noticed)]


def test_exactly_what_the_turn_changed(root: Path) -> None:
    (root / "mine").write_text("staged\n", "utf-8")
    git(root, "add", "mine")
    (root / "notes").write_text("untracked\n", "utf-8")
    bench = turn(root, call("put", file_path="new.txt", content="x\n"), say("Done."))
    assert git(root, "show", "--format=", "--name-status", "HEAD") == "A\tnew.txt\n"
    assert git(root, "log", "-1", "--format=%B") == f"Add a file\n\n{TRAILER}\n\n"
    assert git(root, "status", "--porcelain") == "M  mine\n?? notes\n"
    head = git(root, "rev-parse", "HEAD")[:10]
    assert notices(bench) == [f"Committed {head}: Add a file"]
    assert isinstance(bench.events[-1], TurnEnded)


def test_what_only_a_command_changed_is_committed_too(root: Path) -> None:
    (root / ".gitignore").write_text("*.log\n", "utf-8")
    (root / "notes").write_text("untracked\n", "utf-8")
    command = "git mv mine yours && echo 2 > yours && touch it.log && mkdir d && touch d/new"
    bench = scripted(root, call("bash", command=command), say("Done."))
    kit = bench.kit
    kit.tools = builtin_tools()
    kit.profile = replace(kit.profile, tool_names=("bash",))
    kit.options = replace(kit.options, commits=TurnCommits())
    kit.workspace.state = store_of(root).state
    kit.workspace.undo = record_turns(kit.workspace, 100_000_000, lambda _text: None)
    run(bench, "Move it")
    assert git(root, "show", "--format=", "--name-status", "--no-renames", "HEAD") == (
        "A\td/new\nD\tmine\nA\tyours\n"
    )
    assert git(root, "status", "--porcelain") == "?? .gitignore\n?? notes\n"


def test_a_turn_without_changes_commits_nothing(root: Path) -> None:
    (root / "mine").write_text("changed by the person\n", "utf-8")
    bench = turn(root, call("look", file_path="mine"), say("It says so."))
    assert notices(bench) == []
    assert git(root, "log", "--format=%s") == "First\n"


def test_a_turn_that_failed_commits_nothing(root: Path) -> None:
    turn(root, call("put", file_path="new.txt", content="x\n"), say("FAILED: no."))
    assert git(root, "log", "--format=%s") == "First\n"
    assert git(root, "status", "--porcelain") == "?? new.txt\n"


def test_it_is_off_by_default(root: Path) -> None:
    run(scripted(root, call("put", file_path="new.txt", content="x\n"), say("Done.")))
    assert git(root, "log", "--format=%s") == "First\n"


def test_each_turn_has_its_own_commit(root: Path) -> None:
    turn(root, call("put", file_path="a", content="1\n"), say("Done."), prompt="Add a now")
    turn(root, call("put", file_path="a", content="2\n"), say("Done."), prompt="Change a now")
    assert git(root, "log", "--format=%s") == "Change a now\nAdd a now\nFirst\n"


def test_a_folder_inside_the_repository(root: Path) -> None:
    inside = root / "src"
    inside.mkdir()
    turn(inside, call("put", file_path="caf\u00e9.py", content="x\n"), say("Done."))
    assert git(root, "show", "--format=", "--name-only", "-z", "HEAD") == "src/caf\u00e9.py\0"


def test_what_keeps_it_from_committing_is_said(tmp_path: Path) -> None:
    bench = turn(tmp_path, call("put", file_path="a", content="1\n"), say("Done."))
    (notice,) = notices(bench)
    assert notice.startswith("The changes are not committed: ")
    assert "no git repository" in notice
    ended = bench.of(TurnEnded)[0]
    assert ended.ending == "success"


@pytest.mark.parametrize(
    ("prompt", "subject"),
    [
        ("Fix the sum\nand more", "Fix the sum"),
        ("\n\n# Fix the sum\n", "Fix the sum"),
        ("fix", "Change 2 files"),
        ("", "Change 2 files"),
        ("- \n", "Change 2 files"),
        ("@@ -1 +1 @@", "Change 2 files"),
        ("word " * 40, " ".join(["word"] * 14) + "…"),
        ("Say \x1b[31mred", "Say [31mred"),
    ],
)
def test_the_subject_is_the_prompts_first_line(prompt: str, subject: str) -> None:
    assert turn_message(prompt, ["a", "b"], "") == f"{subject}\n"
    assert turn_message(prompt, ["a", "b"], TRAILER) == f"{subject}\n\n{TRAILER}\n"
