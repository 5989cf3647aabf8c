import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from todo.cli import main
from todo.item import Item
from todo.view import listing

ORIGINAL = os.environ["ORIGINAL"]


def todo(*arguments):
    with redirect_stdout(io.StringIO()) as printed:
        main(["--file", str(path), *arguments])
    return printed.getvalue().splitlines()


with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "todo.json"
    path.write_text(json.dumps([{"text": "old", "done": True}]))
    assert todo("list") == ["1 [x] old"]
    todo("add", "later", "--priority", "low")
    todo("add", "pay the rent", "--priority", "high")
    todo("add", "--priority", "normal", "cook")
    todo("add", "call Bob")
    todo("add", "lock the door", "--priority", "high")
    assert todo("list") == [
        "3 [ ] ! pay the rent",
        "6 [ ] ! lock the door",
        "1 [x] old",
        "4 [ ] cook",
        "5 [ ] call Bob",
        "2 [ ] later",
    ], todo("list")
    todo("done", "3")
    assert todo("list")[0] == "3 [x] ! pay the rent"
    assert [value["text"] for value in json.loads(path.read_text())][:3] == ["old", "later", "pay the rent"]
    try:
        with redirect_stderr(io.StringIO()):
            todo("add", "nothing", "--priority", "urgent")
        raise AssertionError("an unknown priority was accepted")
    except SystemExit as error:
        assert error.code == 2
    assert len(todo("list")) == 6
assert listing([Item("plain"), Item("done", True)]) == ["1 [ ] plain", "2 [x] done"]

readme = Path("README.md").read_text()
assert "--priority" in readme and "`done NUMBER`" in readme, readme
before = (Path(ORIGINAL) / "CHANGELOG.md").read_text().splitlines()
after = Path("CHANGELOG.md").read_text().splitlines()
assert [line for line in after if line in before and line] == [line for line in before if line], after
new = [line for line in after if line not in before]
assert "priorit" in "".join(new).lower(), after
assert after.index(new[0]) < after.index("## 1.0")

suite = unittest.defaultTestLoader.discover(".")
assert suite.countTestCases() >= 5, "there is no new test"
assert unittest.TextTestRunner(verbosity=0).run(suite).wasSuccessful()
# The new tests are worth something: they fail where there are no priorities yet.
with tempfile.TemporaryDirectory() as folder:
    shutil.copytree(".", folder, ignore=shutil.ignore_patterns("todo", ".git"), dirs_exist_ok=True)
    shutil.copytree(f"{ORIGINAL}/todo", f"{folder}/todo")
    run = subprocess.run([sys.executable, "-m", "unittest", "-q"], cwd=folder, capture_output=True)
assert run.returncode != 0, "the tests also pass without the feature"
