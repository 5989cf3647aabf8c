import unittest

from cart import Cart


class CartTest(unittest.TestCase):
    def test_carts_are_separate(self):
        first = Cart()
        first.add("pen", 150)
        second = Cart()
        second.add("cup", 700)
        self.assertEqual(second.items, [("cup", 700)])

    def test_total(self):
        self.assertEqual(Cart([("pen", 150), ("cup", 700)]).total(), 850)
