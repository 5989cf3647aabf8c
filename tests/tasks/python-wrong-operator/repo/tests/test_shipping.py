import unittest

from shop.shipping import shipping_cost


class ShippingTest(unittest.TestCase):
    def test_member_with_large_order(self):
        self.assertEqual(shipping_cost(80, member=True), 0)

    def test_member_with_small_order(self):
        self.assertEqual(shipping_cost(20, member=True), 5)

    def test_guest_with_large_order(self):
        self.assertEqual(shipping_cost(80), 5)

    def test_express(self):
        self.assertEqual(shipping_cost(80, member=True, express=True), 12)
