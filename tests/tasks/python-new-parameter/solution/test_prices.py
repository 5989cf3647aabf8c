import unittest

from shop.prices import price_tag
from shop.shelf import shelf_label


class PricesTest(unittest.TestCase):
    def test_price_tag(self):
        self.assertEqual(price_tag(250, "EUR"), "2.50 EUR")
        self.assertEqual(price_tag(250, "USD"), "2.50 USD")

    def test_label(self):
        self.assertEqual(shelf_label("strawberry jam", 399, "EUR"), "strawberry .: 3.99 EUR")
