import unittest

from store.order import total
from store.prices import find_price


class PricesTest(unittest.TestCase):
    def test_known(self):
        self.assertEqual(find_price("tea"), 250)

    def test_total(self):
        self.assertEqual(total(["tea", "cake"]), 660)
