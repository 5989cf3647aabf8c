"""Commits that a person asks for."""

from pathlib import Path

import pytest
from tests.tools.git.repositories import (
    IDENTITY,
    done,
    empty_repository,
    git,
    opened,
    refused,
    repository,
)

from inhouse_tools.git.commit import commit
from inhouse_tools.git.side_index import preview


def hook(root: Path, name: str, text: str) -> None:
    file = root / ".git" / "hooks" / name
    file.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    file.chmod(0o755)


def test_what_is_staged(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    (root / "a.txt").write_text("staged\n", "utf-8")
    git(root, "add", "a.txt")
    (root / "a.txt").write_text("later\n", "utf-8")
    made = done(commit(opened(root), "Change a\n\n# no comment\nwhy\n"))
    assert made.id == git(root, "rev-parse", "HEAD").strip()
    assert made.subject == "Change a"
    assert git(root, "log", "-1", "--format=%B") == "Change a\n\n# no comment\nwhy\n\n"
    assert git(root, "show", "HEAD:a.txt") == "staged\n"
    assert git(root, "status", "--porcelain") == " M a.txt\n"


def test_only_these_files(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", a="1\n", b="2\n", c="3\n")
    (root / "a").write_text("staged\n", "utf-8")
    git(root, "add", "a")
    (root / "b").write_text("changed\n", "utf-8")
    (root / "c").unlink()
    (root / "*").write_text("new\n", "utf-8")
    there = opened(root)
    paths = ["b", "c", "*"]
    assert [one.path for one in done(preview(there, paths)).files] == ["*", "b", "c"]
    done(commit(there, "Change some\n", paths, untracked=["*"]))
    assert git(root, "show", "--format=", "--name-status", "HEAD") == "A\t*\nM\tb\nD\tc\n"
    assert git(root, "status", "--porcelain") == "M  a\n"


def test_the_first_commit(tmp_path: Path) -> None:
    root = empty_repository(tmp_path / "repo")
    (root / "a").write_text("1\n", "utf-8")
    there = opened(root)
    assert "+1" in done(preview(there, ["a"])).text
    done(commit(there, "Begin\n", ["a"], untracked=["a"]))
    assert git(root, "log", "--format=%s") == "Begin\n"


@pytest.mark.parametrize("trusted", [True, False])
def test_hooks_run_where_the_folder_is_trusted(tmp_path: Path, trusted: bool) -> None:
    root = repository(tmp_path / "repo")
    hook(root, "pre-commit", "echo lint is unhappy >&2; exit 1")
    (root / "new").write_text("1\n", "utf-8")
    there = opened(root, trusted=trusted)
    if not trusted:
        done(commit(there, "Add new\n", ["new"], untracked=["new"]))
        assert git(root, "show", "HEAD:new") == "1\n"
        return
    assert "lint is unhappy" in refused(commit(there, "Add new\n", ["new"], untracked=["new"]))
    assert git(root, "status", "--porcelain") == "?? new\n"


def test_a_hook_may_change_the_message_and_sees_an_ordinary_git(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    hook(root, "commit-msg", 'echo "Reviewed: yes" >> "$1"')
    hook(root, "pre-commit", "test -n \"$(git ls-files '*.txt')\"")
    git(root, "rm", "--quiet", "b.txt")
    done(commit(opened(root, trusted=True), "Delete b\n"))
    assert git(root, "log", "-1", "--format=%B").strip() == "Delete b\nReviewed: yes"


def test_nobody_knows_who(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "repo")
    git(root, "rm", "--quiet", "b.txt")
    for name in IDENTITY:
        monkeypatch.delenv(name)
    git(root, "config", "user.useConfigOnly", "true")
    assert "git config --global user.email" in refused(commit(opened(root), "Delete b\n"))


def test_the_person_signs_with_their_own_program(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    signer = tmp_path / "signer"
    mark = tmp_path / "signed"
    signer.write_text(f"#!/bin/sh\ntouch {mark}\nexit 1\n", "utf-8")
    signer.chmod(0o755)
    git(root, "config", "--global", "commit.gpgSign", "true")
    git(root, "config", "--global", "gpg.program", str(signer))
    git(root, "config", "gpg.program", "false")
    git(root, "rm", "--quiet", "b.txt")
    assert "git commit failed" in refused(commit(opened(root), "Delete b\n"))
    assert mark.exists()


def test_another_git_is_at_work(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    git(root, "rm", "--quiet", "b.txt")
    (root / ".git" / "index.lock").touch()
    assert "index.lock" in refused(commit(opened(root), "Delete b\n"))
