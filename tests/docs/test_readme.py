"""The README: its first screen, its commands, and figures that stand where they were measured."""

import re

import pytest
from tests.docs.document_reading import ROOT, command_lines, read_document

FIRST_SCREEN = 45


def section(text: str, title: str) -> str:
    """What stands under a heading of the second level."""
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, f"README.md has no section {title}"
    return found[1]


def figures(text: str) -> list[str]:
    """Every measured number of a table: those with a unit, a dot or thousands."""
    cells = [line for line in text.splitlines() if line.startswith("| ")]
    return re.findall(r"\d[\d,]*\.\d+|\d{1,3}(?:,\d{3})+|\d+(?= (?:m?s|s) )", "\n".join(cells))


def test_the_first_screen_shows_the_thing() -> None:
    first = "\n".join(read_document("README.md").text.splitlines()[:FIRST_SCREEN])
    for wanted in ("docs/pictures/fix.svg", "## Start", "inhouse setup", "## What it promises"):
        assert wanted in first


def test_its_two_commands_are_there() -> None:
    calls = [one.text for one in command_lines(read_document("README.md"), r"scripts/[\w/-]+")]
    assert calls[:2] == ["scripts/demo", "scripts/test"]


@pytest.mark.parametrize(("title", "document"), [("How fast", "docs/performance.md")])
def test_figures_stand_where_they_were_measured(title: str, document: str) -> None:
    measured = read_document(document).text
    told = figures(section(read_document("README.md").text, title))
    assert len(told) >= 8
    assert [figure for figure in told if figure not in measured] == []


def test_every_promise_has_its_proof() -> None:
    rows = section(read_document("README.md").text, "What it promises").splitlines()
    promises = [row for row in rows if row.startswith("| ")][1:]
    assert len(promises) >= 6
    security = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    for row in promises:
        assert re.search(r"`(?:inhouse|scripts)[ /].*\]\(docs/", row), row
        assert [number for number in re.findall(r"\d[\d,]+", row) if number not in security] == []
