"""Diffs, history and blame."""

import os
from pathlib import Path

from tests.tools.git.repositories import (
    IDENTITY,
    done,
    empty_repository,
    git,
    opened,
    refused,
    repository,
)

from inhouse_tools.git.blame import blame
from inhouse_tools.git.diff import MOST_BYTES, diff, name_in, split_diff
from inhouse_tools.git.log import head_of, log


def test_the_three_sides_of_a_diff(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    (root / "a.txt").write_text("one\nstaged\nthree\n", "utf-8")
    git(root, "add", "a.txt")
    (root / "a.txt").write_text("one\nunstaged\nthree\n", "utf-8")
    (root / "b.txt").unlink()
    there = opened(root)
    unstaged, staged = done(diff(there)), done(diff(there, staged=True))
    both = done(diff(there, against="HEAD"))
    assert [file.path for file in unstaged.files] == ["a.txt", "b.txt"]
    assert "-staged\n+unstaged\n" in unstaged.text
    assert "-two\n+staged\n" in staged.text
    assert "-two\n+unstaged\n" in both.text
    assert [file.path for file in done(diff(there, paths=["b.txt"])).files] == ["b.txt"]


def test_the_persons_settings_do_not_change_the_form(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    for key, value in {
        "diff.noprefix": "true",
        "diff.mnemonicPrefix": "true",
        "color.ui": "always",
        "diff.context": "0",
        "diff.relative": "true",
    }.items():
        git(root, "config", "--global", key, value)
    (root / "a.txt").write_text("one\n2\nthree\n", "utf-8")
    (root / "src").mkdir()
    text = done(diff(opened(root / "src"))).text
    assert text.startswith("diff --git a/a.txt b/a.txt\n")
    assert text.endswith(" one\n-two\n+2\n three\n")


def test_a_file_that_was_only_touched_is_left_out(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    os.utime(root / "a.txt", (1_600_000_000, 1_600_000_000))
    assert done(diff(opened(root))).files == ()


def test_names_in_diffs(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", **{"old name": "1\n" * 30, "gone": "x\n", "bin": "y\n"})
    git(root, "mv", "old name", "new name")
    git(root, "rm", "--quiet", "gone")
    (root / "bin").write_bytes(b"\0\1\2")
    (root / "é\tb").write_text("new\n", "utf-8")
    (root / "empty").touch()
    git(root, "add", "--all")
    names = [file.path for file in done(diff(opened(root), staged=True)).files]
    assert names == ["bin", "empty", "gone", "new name", "é\\tb"]


def test_a_diff_in_a_diff_is_text() -> None:
    text = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-diff --git a/y b/y\n+ @@\n"
    (file,) = split_diff(text)
    assert (file.path, file.text) == ("x", text)
    assert name_in("diff --cc con flict\nindex 1,2..3\n--- a/con flict\n") == "con flict"


def test_a_diff_is_bounded(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    (root / "a.txt").write_text("a long line of text\n" * 200_000, "utf-8")
    found = done(diff(opened(root)))
    assert found.cut
    assert len(found.text) <= MOST_BYTES


def test_an_option_is_no_commit(tmp_path: Path) -> None:
    there = opened(repository(tmp_path / "repo"))
    assert "names no commit" in refused(diff(there, against=f"--output={tmp_path}/x"))
    assert "git diff failed" in refused(diff(there, against="nowhere"))
    assert not (tmp_path / "x").exists()


def test_history(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    (root / "b.txt").write_text("bee 2\n", "utf-8")
    git(root, "commit", "-qam", "Second: é\n\nWith a body\nof two lines.\n")
    there = opened(root)
    newest, first = done(log(there))
    assert (newest.subject, newest.body) == ("Second: é", "With a body\nof two lines.")
    assert (newest.author, newest.email, newest.time) == ("Ada", "ada@example.org", 1_700_000_000)
    assert newest.parents == (first.id,)
    assert first.parents == ()
    assert newest.id == done(head_of(there))
    assert [one.subject for one in done(log(there, path="a.txt"))] == ["First"]
    assert [one.subject for one in done(log(there, limit=1))] == ["Second: é"]
    assert done(log(there, limit=0)) == ()
    assert done(log(there, path="nowhere")) == ()


def test_history_before_the_first_commit(tmp_path: Path) -> None:
    there = opened(empty_repository(tmp_path / "repo"))
    assert done(log(there)) == ()
    assert done(head_of(there)) == ""
    assert done(diff(there)).files == ()


def test_who_wrote_a_line(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    first = git(root, "rev-parse", "HEAD").strip()
    (root / "a.txt").write_text("one\nTWO\nthree\n", "utf-8")
    git(root, "commit", "-qam", "Shout")
    (root / "a.txt").write_text("one\nTWO\n\tmine\n", "utf-8")
    there = opened(root)
    lines = done(blame(there, "a.txt"))
    assert [line.number for line in lines] == [1, 2, 3]
    assert [line.text for line in lines] == ["one", "TWO", "\tmine"]
    assert [line.subject for line in lines][:2] == ["First", "Shout"]
    assert (lines[0].commit, lines[2].commit) == (first, "")
    assert lines[0].author == IDENTITY["GIT_AUTHOR_NAME"]
    assert [line.text for line in done(blame(there, "a.txt", (2, 2)))] == ["TWO"]
    assert "no lines" in refused(blame(there, "a.txt", (3, 2)))
    assert "no such path" in refused(blame(there, "missing"))
