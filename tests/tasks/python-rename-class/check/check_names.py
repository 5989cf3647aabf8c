import io
import tokenize
import unittest
from pathlib import Path

from bank import ledger
from bank.statement import merge, statement

book = ledger.AccountBook("Ada")
book.add("tea", -250)
copied = book.copy()
copied.add("refund", 250)
assert type(copied) is ledger.AccountBook
assert (book.balance(), copied.balance()) == (-250, 0)
assert statement(merge(copied, book)).splitlines()[-1] == "balance: -2.50"

for file in Path().rglob("*.py"):
    tokens = tokenize.generate_tokens(io.StringIO(file.read_text()).readline)
    names = {token.string for token in tokens if token.type == tokenize.NAME}
    assert "Ledger" not in names or file.name == "check_names.py", file

suite = unittest.defaultTestLoader.discover(".")
assert suite.countTestCases() >= 3, suite
assert unittest.TextTestRunner(verbosity=0).run(suite).wasSuccessful()
