"""In the tasks of the evaluation a rename does what it can know, and lists the rest."""

import re
import shutil
from pathlib import Path

import pytest
from tests.tools.helpers_tools import call, workspace_in

TASKS = Path(__file__).parents[2] / "tasks"


def solved(task: str, name: str) -> list[str]:
    """The lines of a file as the reference solution has them."""
    solution = TASKS / task / "solution" / name
    file = solution if solution.exists() else TASKS / task / "repo" / name
    return file.read_text().split("\n")


@pytest.mark.parametrize(
    ("task", "place", "new", "left"),
    [
        ("python-rename", "invoice/lines.py:calc", "line_total", 0),
        ("python-rename-class", "bank/ledger.py:Ledger", "AccountBook", 0),
        ("python-rename-across-files", "feeds/client.py:Client.fetch", "download", 6),
        ("python-rename-across-files", "feeds/retry.py:RetryingClient.fetch", "download", 6),
        ("javascript-rename-across-files", "src/units.js:convert", "convertUnit", 4),
        ("held-out/python-rename-function", "store/prices.py:get", "find_price", 0),
    ],
)
def test_what_differs_from_the_solution_is_listed(
    tmp_path: Path, task: str, place: str, new: str, left: int
) -> None:
    root = tmp_path / "repo"
    shutil.copytree(TASKS / task / "repo", root)
    file, _colon, symbol = place.partition(":")
    arguments = {"file_path": file, "symbol": symbol, "new_name": new}
    answer = call(workspace_in(root), "rename_symbol", **arguments)
    assert not answer.failed, answer.text
    listed = set(re.findall(r"^([^\s:]+:\d+): ", answer.text, re.MULTILINE))
    differing = {
        f"{path.relative_to(root)}:{number}"
        for path in root.rglob("*.*")
        for number, (mine, theirs) in enumerate(
            zip(
                path.read_text().split("\n"), solved(task, str(path.relative_to(root))), strict=True
            ),
            1,
        )
        if sorted(re.findall(r"\w+", mine)) != sorted(re.findall(r"\w+", theirs))
    }
    assert differing <= listed
    assert len(differing) == left
