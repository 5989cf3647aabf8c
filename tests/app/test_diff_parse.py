"""Unified diffs as values: no line is lost, whatever the text."""

from hypothesis import given
from hypothesis import strategies as some

from inhouse.diff.file_diff import FileDiff
from inhouse.diff.parse import changed_files, parse_diff
from inhouse_tools.writing.changes import unified_diff

LINES = some.lists(some.sampled_from(["", "a", "b", "  c", "-- x", "++ y", "@@ -1 +1 @@", "\\ z"]))
TEXTS = some.tuples(LINES, some.booleans()).map(
    lambda made: "\n".join(made[0]) + ("\n" if made[1] and made[0] else "")
)
PIECES = some.sampled_from(
    [
        "diff --git a/x b/x",
        "--- a/x",
        "+++ b/x",
        "--- /dev/null",
        "@@ -1,2 +1,3 @@ def f():",
        "@@ -0,0 +1 @@",
        "@@ -99999999999 +1 @@",
        " same",
        "-old",
        "+new",
        "\\ No newline at end of file",
        "Binary files a/x and b/x differ",
        "Binary file x changes",
        'rename to "a\\303\\244\\n"',
        "",
    ]
)


def side(file: FileDiff, mark: str) -> list[str]:
    """The lines of one side, as far as the diff has them."""
    return [line.text for hunk in file.hunks for line in hunk.lines if line.mark in {mark, " ", ""}]


@given(some.one_of(some.text(), some.lists(some.one_of(PIECES, some.text())).map("\n".join)))
def test_every_line_of_any_text_is_kept(text: str) -> None:
    files = parse_diff(text)
    whole = "".join(file.text for file in files)
    assert whole.removesuffix("\n") == text.removesuffix("\n")


@given(TEXTS, TEXTS)
def test_a_diff_is_read_as_it_was_made(before: str, after: str) -> None:
    files = parse_diff(unified_diff("src/a.py", before, after))
    if before == after:
        assert files == ()
        return
    (file,) = files
    assert file.path == "src/a.py"
    for mark, number, text in (("-", "old", before), ("+", "new", after)):
        lines = text.split("\n")
        for hunk in file.hunks:
            for line in hunk.lines:
                if line.mark in {mark, " "}:
                    assert lines[getattr(line, number) - 1] == line.text
    assert file.added == sum(line.mark == "+" for hunk in file.hunks for line in hunk.lines)


def test_the_forms_of_git() -> None:
    text = (
        "diff --git a/old name.py b/new name.py\n"
        "similarity index 90%\n"
        "rename from old name.py\n"
        "rename to new name.py\n"
        "index 1..2 100644\n"
        "--- a/old name.py\t\n"
        "+++ b/new name.py\t\n"
        "@@ -1,2 +1,2 @@ class A:\n"
        " a\n"
        "-b\n"
        "+c\n"
        "diff --git a/run.sh b/run.sh\n"
        "old mode 100644\n"
        "new mode 100755\n"
        "diff --git a/logo.png b/logo.png\n"
        "new file mode 100644\n"
        "Binary files /dev/null and b/logo.png differ\n"
        "diff --git a/gone.txt b/gone.txt\n"
        "deleted file mode 100644\n"
        "--- a/gone.txt\n"
        "+++ /dev/null\n"
        "@@ -1 +0,0 @@\n"
        "-x\n"
        "\\ No newline at end of file\n"
        'diff --git "a/\\303\\244.txt" "b/\\303\\244.txt"\n'
        "new file mode 100644\n"
        "--- /dev/null\n"
        '+++ "b/\\303\\244.txt"\n'
        "@@ -0,0 +1 @@\n"
        "+x\n"
    )
    files = parse_diff(text)
    assert [(file.path, file.kind) for file in files] == [
        ("new name.py", "renamed"),
        ("run.sh", "changed"),
        ("logo.png", "added"),
        ("gone.txt", "deleted"),
        ("ä.txt", "added"),
    ]
    renamed, mode, binary, gone, _added = files
    assert renamed.was == "old name.py"
    assert renamed.hunks[0].heading == "class A:"
    assert [(line.old, line.new) for line in renamed.hunks[0].lines] == [
        (1, 1),
        (2, None),
        (None, 2),
    ]
    assert mode.mode == "100755"
    assert binary.binary
    assert (gone.added, gone.removed) == (0, 1)
    assert side(gone, "-") == ["x"]


def test_a_line_that_looks_like_a_header_is_a_line() -> None:
    text = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- a/y\n-b\n+++ b/y\n+c\n"
    (file,) = parse_diff(text)
    assert side(file, "-") == ["-- a/y", "b"]
    assert side(file, "+") == ["++ b/y", "c"]


def test_a_torn_diff_keeps_what_there_is() -> None:
    (file,) = parse_diff("--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n a\n-b\n+")
    assert [line.mark for line in file.hunks[0].lines] == [" ", "-", "+"]


def test_previews_of_several_files_may_have_an_empty_line_between() -> None:
    one = unified_diff("a.py", "", "x\n", new=True)
    other = unified_diff("b.py", "y\n", "")
    files = changed_files(f"{one}\n{other}\nBinary file c.png changes\n")
    assert [(file.path, file.added, file.removed, file.binary) for file in files] == [
        ("a.py", 1, 0, False),
        ("b.py", 0, 1, False),
        ("c.png", 0, 0, True),
    ]
