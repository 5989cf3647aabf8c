import unittest

from invoice.lines import line_total
from invoice.report import report


class LinesTest(unittest.TestCase):
    def test_plain(self):
        self.assertEqual(line_total(2.5, 4), 10.0)

    def test_discount(self):
        self.assertEqual(line_total(10, 1, 0.25), 7.5)

    def test_report(self):
        self.assertEqual(report([("pen", 2, 3)]), "pen: 6.00\ntotal: 6.00")
