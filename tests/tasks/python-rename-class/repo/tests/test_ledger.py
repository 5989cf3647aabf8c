import unittest

from bank.ledger import Ledger
from bank.statement import merge, statement


class LedgerTest(unittest.TestCase):
    def test_balance(self):
        book = Ledger("Ada")
        book.add("salary", 250000)
        book.add("rent", -90050)
        self.assertEqual(book.balance(), 159950)

    def test_statement(self):
        book = Ledger("Ada")
        book.add("tea", -250)
        self.assertEqual(statement(book), "tea: -2.50\nbalance: -2.50")

    def test_merge(self):
        merged = merge(Ledger("Ada"), Ledger("Bob"))
        self.assertIsInstance(merged, Ledger)
        self.assertEqual(merged.owner, "Ada")
