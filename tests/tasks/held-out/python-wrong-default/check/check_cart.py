import unittest

from cart import Cart


class HiddenCases(unittest.TestCase):
    def test_three_carts(self):
        for _ in range(3):
            cart = Cart()
            self.assertEqual(cart.total(), 0)
            cart.add("pen", 150)
            self.assertEqual(cart.total(), 150)

    def test_items_may_still_be_given(self):
        cart = Cart(items=[("pen", 150)])
        cart.add("cup", 700)
        self.assertEqual(cart.items, [("pen", 150), ("cup", 700)])
