import unittest

from budget.parse import parse_line
from budget.search import known_to_bank, largest
from budget.totals import balance, by_month

LINES = ["2026-03-01 -250 tea", "2026-03-09 -90000 rent", "2026-04-01 900 refund"]


class TotalsTest(unittest.TestCase):
    def test_totals(self):
        entries = [parse_line(line) for line in LINES]
        self.assertEqual(balance(entries), -89350)
        self.assertEqual(by_month([("2026-03-01", 1, "tea")]), {"2026-03": 1})

    def test_search(self):
        self.assertEqual(largest(LINES, 2), ["rent", "tea"])
        self.assertTrue(known_to_bank(LINES[0], ["2026-03-01; -250; CAFE"]))
        self.assertFalse(known_to_bank(LINES[0], ["2026-03-01; -251; CAFE"]))
