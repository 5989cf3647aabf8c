import dataclasses
import io
import tempfile
import unittest
from contextlib import redirect_stdout
from pathlib import Path

import budget
from budget.bank import BankImporter
from budget.entry import Entry
from budget.parse import parse_file, parse_line
from budget.search import known_to_bank, largest
from budget.totals import balance, by_month

assert budget.Entry is Entry and Entry.__module__ == "budget.entry"
assert budget.parse_line is parse_line and budget.parse_file is parse_file
assert {"Entry", "parse_file", "parse_line"} <= set(budget.__all__)
assert [field.name for field in dataclasses.fields(Entry)] == ["day", "cents", "text"]
entry = parse_line("2026-03-01 -250 tea and cake\n")
assert type(entry) is Entry and entry == Entry("2026-03-01", -250, "tea and cake"), entry
assert not isinstance(entry, tuple)
for name in ("__iter__", "__getitem__"):
    assert not hasattr(entry, name), f"an Entry has {name}"
try:
    entry.cents = 0
    raise AssertionError("an Entry can be changed")
except dataclasses.FrozenInstanceError:
    pass

lines = ["2026-03-01 -5 tea", "2026-04-09 -90000 the rent", "2026-04-01 900 refund", "2026-04-02 -800 shoes"]
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "lines"
    path.write_text("\n\n".join(lines))
    entries = parse_file(path)
assert [type(found) for found in entries] == [Entry] * 4
assert balance(entries) == -89905
assert by_month(entries) == {"2026-03": -5, "2026-04": -89900}
assert largest(lines, 2) == ["the rent", "shoes"]
assert known_to_bank(lines[2], ["2026-04-01;900;BACK"])
assert not known_to_bank(lines[2], ["2026-04-02;900;BACK"])
assert BankImporter().parse_line("a; b") == ("a", "b")

example = "\n".join(line[4:] for line in Path("README.md").read_text().splitlines() if line.startswith("    "))
with redirect_stdout(io.StringIO()) as printed:
    exec(compile(example, "README.md", "exec"), {})
assert printed.getvalue() == "-250 tea\n", printed.getvalue()

suite = unittest.defaultTestLoader.discover(".")
assert suite.countTestCases() >= 4, suite
assert unittest.TextTestRunner(verbosity=0).run(suite).wasSuccessful()
