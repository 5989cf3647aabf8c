"""What is said of a text that is not in a file: where it was meant, and what differs."""

import time

import pytest

from inhouse_tools.editing.nearest import difference, nearest

FILE = [
    "class Cart:",
    "\tdef total(self):",
    "\t\tname = 'x'",
    "\t\tif name:",
    "\t\t\treturn \u201cq\u201d",
    "\t\treturn name",
    "",
    "def  count(self):",
    '    return "a\\n"',
    "",
]


@pytest.mark.parametrize(
    ("wanted", "first_line", "said"),
    [
        ('\t\tname = "x"', 3, "its quotes: ' in the file, \" in old_string"),
        ('return "q"', 5, "\u201c (left double quotation mark) in the file, '\"' in old_string"),
        ("def count(self):", 8, "white space inside it; old_string has: def count(self):."),
        ("class cart:\n\tdef total(self):", 1, "Line 1 differs in upper and lower case"),
        ("class Cart:\n\tdef total(me):", 1, "Line 2 differs; old_string has: def total(me):."),
        ("def totals(self):", 2, "Line 2 differs"),
        ("\t\tname = 'x'\n\t\treturn name", 3, "leaves out lines 4 to 5 of the file"),
        ("\t\tname = 'x'\n\t\t\treturn \u201cq\u201d", 3, "leaves out line 4 of the file"),
        ("\t\tname = 'x'\n\t\tx = 1\n\t\tif name:", 3, "Line 2 of old_string is not there"),
        ("class Cart:\n    ...\n\t\treturn name", 1, "stands for lines that were left out"),
        ("class Cart:\n    # ... rest\n", 1, "stands for lines that were left out"),
        ("def total(self):\n  name = 'x'", 2, "1 tab in the file, none in old_string"),
    ],
)
def test_the_nearest_lines_and_what_differs(wanted: str, first_line: int, said: str) -> None:
    answer = nearest(FILE, wanted.split("\n"))
    assert f"from line {first_line}:\n{FILE[first_line - 1]}" in answer
    assert said in answer


def test_escaped_text_is_told_as_such() -> None:
    answer = nearest(FILE, [r"\tdef total(self):\n\t\tname = \'x\'"])
    assert "as two characters each" in answer


def test_what_is_like_nothing_is_to_be_read_again() -> None:
    assert nearest(FILE, ["zzz qqq"]) == " Read the file again and copy the lines exactly."
    assert "Read the file again" in nearest([""], [""])


@pytest.mark.parametrize(
    ("have", "want", "said"),
    [
        ("x ", "x", " in white space at its end"),
        ("\t x", "  x", " in indentation: 1 tab and 1 space in the file, 2 spaces in old_string"),
        ("a\u00a0b", "a b", "no-break space"),
        ("a \u2013 b", "a - b", "en dash"),
        (r"'\d+'", r"'\\d+'", " in backslashes; old_string has"),
    ],
)
def test_differences_that_cannot_be_seen_are_named(have: str, want: str, said: str) -> None:
    assert said in difference(have, want)


def test_a_large_file_is_compared_quickly() -> None:
    lines = [f"    value_{number} = {number}" for number in range(20_000)]
    started = time.process_time()
    answer = nearest(lines, ["    value_777 = 778", "    value_778 = 778"])
    assert "Line 778 differs" in answer
    assert time.process_time() - started < 2
