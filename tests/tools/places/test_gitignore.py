"""The rules of ignore files, compared with git itself."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from inhouse_tools.places.gitignore import in_byte_letters, parse_rule, read_rules
from inhouse_tools.places.listing import list_files

NAMES = ("a", "b", "ab", "aab", "a.c", "b.c", "[a]", "é", "x y", "-", "a\\b", "A")
PIECES = (
    *("a", "b", "*", "?", "**", ".c", "/", "/**/", "**/", "/**", "é", " ", "\\", "\\ ", "A"),
    *("[ab]", "[!a]", "[^b]", "[a-b]", "[]a]", "[a", "[[:alpha:]]", "[[:no:]]", "[b-a]", "[é]"),
    *("[\\]a]", "[a-]", "[-a]", "[!a/]", "[a-b-]", "[*?]", "[", "]"),
)
FOLDERS = ("", "a/", "ab/", "a/b/", "a/a/")

patterns = st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join)
lines = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(("", "", "", "!", "#", "\\!")),
    st.sampled_from(("", "", "/")),
    patterns,
    st.sampled_from(("", "", "/", " ", "\r")),
)
ignore_files = st.dictionaries(
    st.sampled_from(FOLDERS), st.lists(lines, min_size=1, max_size=4), min_size=1, max_size=3
)
trees = st.lists(
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map("/".join),
    min_size=5,
    max_size=25,
)


def make_tree(root: Path, names: list[str], rules: dict[str, list[str]]) -> None:
    """The files that can be made one after the other, and the ignore files."""
    for name in names:
        path = root / name
        if any(parent.is_file() for parent in path.parents) or path.is_dir():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    for folder, written in rules.items():
        if (root / folder).is_dir():
            text = "\n".join(written) + "\n"
            (root / folder / ".gitignore").write_text(text, newline="")


def listed_by_git(root: Path) -> set[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    result = subprocess.run(command, cwd=root, capture_output=True, check=True)
    return {os.fsdecode(name) for name in result.stdout.split(b"\0") if name}


def empty(root: Path) -> None:
    for entry in root.iterdir():
        if entry.name != ".git":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(names=trees, rules=ignore_files, exclude=st.lists(lines, max_size=2))
@example(["ab", "a/b", "xb"], {"": ["a**/b"]}, [])
@example(["a/b", "a/ab/b"], {"": ["a/**/b", "!ab/"]}, [])
@example(["a/b/a", "b"], {"": ["/*", "!/a/", "/a/*", "!/a/b/"]}, [])
@example(["a/a.c", "a/b.c", "b.c"], {"": ["*.c"], "a/": ["!a.c"]}, ["b"])
@example(["é", "a"], {"": ["??"]}, [])
def test_we_list_what_git_lists(
    tmp_path: Path, names: list[str], rules: dict[str, list[str]], exclude: list[str]
) -> None:
    if not (tmp_path / ".git").exists():
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    empty(tmp_path)
    make_tree(tmp_path, names, rules)
    own = tmp_path / ".git" / "info" / "exclude"
    own.parent.mkdir(exist_ok=True)
    own.write_text("".join(f"{line}\n" for line in exclude), newline="")
    listed = list_files(tmp_path).files
    assert set(listed) == listed_by_git(tmp_path)
    assert list(listed) == sorted(listed)


def test_a_hostile_pattern_takes_no_time() -> None:
    stars = "*a" * 30 + "b"
    rules = read_rules(f"{stars}\n{'**/a/' * 20}b\n/{stars}\n".encode())
    assert rules is not None
    began = time.process_time()
    assert rules.verdict("a/" * 60 + "c", "a" * 250, False) is None
    assert rules.verdict("a" * 250, "a" * 250, False) is None
    assert time.process_time() - began < 0.5


def test_lines_that_are_no_rule() -> None:
    for line in ("", "# a", "   ", "/", "!", "[a", "a\\", "[[:no:]]", "//"):
        rule = parse_rule(line)
        assert rule is None or rule.text == "/", line
    assert read_rules(b"# only words\n\n") is None


def test_bytes_of_a_name_are_its_letters() -> None:
    assert in_byte_letters("abc") == "abc"
    assert len(in_byte_letters("é")) == 2
    assert in_byte_letters(os.fsdecode(b"\xff")) == "\xff"
