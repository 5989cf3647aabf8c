"""Patterns for files as people and models write them."""

import pytest

from inhouse_tools.places.file_pattern import MAX_VARIANTS, file_pattern


@pytest.mark.parametrize(
    ("pattern", "name", "wanted"),
    [
        ("*.py", "a/b.py", True),
        ("src/**/*.ts", "src/a/b.ts", True),
        ("src/**/*.ts", "src/b.ts", True),
        ("src/*.ts", "src/a/b.ts", False),
        ("/a.py", "b/a.py", False),
        ("./a.py", "a.py", True),
        ("*.{js,ts}", "a.ts", True),
        ("{src,lib}/*.{js,{ts,tsx}}", "lib/a.tsx", True),
        ("{src,lib}/*.js", "other/a.js", False),
        ("a{b}c", "a{b}c", True),
        ("src", "src/a/b.py", True),
        ("src/", "src/a/b.py", True),
        ("src/", "src", False),
        ("**", "a/b", True),
        (".", "a/b", True),
        ("!*.md", "a.md", False),
        ("!*.md", "a.py", True),
        ("#a", "#a", True),
        ("?.py", "é.py", True),
        ("*.PY", "a.py", False),
    ],
)
def test_patterns_match_as_people_write_them(pattern: str, name: str, wanted: bool) -> None:
    found = file_pattern(pattern)
    assert found is not None
    assert found.select([name]) == ([name] if wanted else [])


@pytest.mark.parametrize("pattern", ["", " ", "[a", "!", "a\\"])
def test_what_is_no_pattern(pattern: str) -> None:
    assert file_pattern(pattern) is None


def test_case_can_be_left_out() -> None:
    found = file_pattern("Read*.MD")
    assert found is not None
    assert found.without_case().select(["readme.md", "a/README.md", "a.md"]) == [
        "readme.md",
        "a/README.md",
    ]


def test_choices_are_bounded() -> None:
    found = file_pattern("{a,b}" * 20)
    assert found is not None
    assert len(found.lines) <= MAX_VARIANTS
