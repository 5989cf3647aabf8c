import unittest

from store.order import total
from store.prices import get


class PricesTest(unittest.TestCase):
    def test_known(self):
        self.assertEqual(get("tea"), 250)

    def test_total(self):
        self.assertEqual(total(["tea", "cake"]), 660)
