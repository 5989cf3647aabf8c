"""Changes for the tests of diffs and of the blocks that show them."""

from inhouse_tools.writing.changes import unified_diff

BEFORE = '''"""Reads dates."""

from datetime import date


def parse(text: str) -> date | None:
    """Reads 2024-01-31."""
    parts = text.split("-")
    if len(parts) != 3:
        return None
    year, month, day = parts
    return date(int(year), int(month), int(day))


class Calendar:
    """Days."""

    def __init__(self) -> None:
        self.days = {}
'''
AFTER = BEFORE.replace(
    """    parts = text.split("-")
    if len(parts) != 3:
        return None
""",
    """    # Both forms are common.
    parts = text.strip().replace("/", "-").split("-")
    if len(parts) != 3:
        raise ValueError(f"{text!r} is no date: write it like 2024-01-31 or 2024/01/31, please")
""",
).replace("self.days = {}", "self.days: dict[date, int] = {}")
DATES = unified_diff("src/dates.py", BEFORE, AFTER)
NEW = unified_diff(
    "tests/of/a/package/that/lies/deep/test_dates.py",
    "",
    "from dates import parse\n\n\ndef test_parse() -> None:\n    assert parse('2024/01/31')\n",
    new=True,
)
GONE = unified_diff("notes.txt", "one\ntwo\n", "")
BINARY = "Binary file logo.png changes\n"
SEVERAL = DATES + NEW + GONE + BINARY
HOSTILE = unified_diff(
    "src/[red]\x1b]52;c;aGk=\x07.py",
    "plain\n",
    "[@click=app.quit]press[/]\n\x1b[2Jgone\u202e\n",
)
