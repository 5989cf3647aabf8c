import unittest

from bank.ledger import AccountBook
from bank.statement import merge, statement


class LedgerTest(unittest.TestCase):
    def test_balance(self):
        book = AccountBook("Ada")
        book.add("salary", 250000)
        book.add("rent", -90050)
        self.assertEqual(book.balance(), 159950)

    def test_statement(self):
        book = AccountBook("Ada")
        book.add("tea", -250)
        self.assertEqual(statement(book), "tea: -2.50\nbalance: -2.50")

    def test_merge(self):
        merged = merge(AccountBook("Ada"), AccountBook("Bob"))
        self.assertIsInstance(merged, AccountBook)
        self.assertEqual(merged.owner, "Ada")
