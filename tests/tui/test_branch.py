"""The branch in the status line, read from git's own files."""

import subprocess
from pathlib import Path

from inhouse.live.branch import branch_of


def git(folder: Path, *arguments: str) -> str:
    """Runs git as somebody."""
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    command = ["git", "-C", str(folder), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_it_is_the_branch_that_is_checked_out(tmp_path: Path) -> None:
    assert branch_of(tmp_path) == ""
    git(tmp_path, "init", "-q", "-b", "feature/one")
    inner = tmp_path / "inner"
    inner.mkdir()
    assert branch_of(inner) == "feature/one"
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "first")
    git(tmp_path, "worktree", "add", "-q", str(tmp_path / "other"), "-b", "two")
    assert branch_of(tmp_path / "other") == "two"
    git(tmp_path, "checkout", "-q", "--detach")
    assert branch_of(tmp_path) == git(tmp_path, "rev-parse", "HEAD")[:7]


def test_a_damaged_repository_has_none(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("nonsense")
    assert branch_of(tmp_path) == ""
    (tmp_path / ".git").write_text("gitdir: nowhere")
    assert branch_of(tmp_path) == ""
