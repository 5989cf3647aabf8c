import unittest

from shop.shipping import is_free, shipping_cost


class HiddenCases(unittest.TestCase):
    def test_exactly_the_limit_is_free_for_members(self):
        self.assertEqual(shipping_cost(50, member=True), 0)

    def test_just_below_the_limit(self):
        self.assertFalse(is_free(49.99, True))

    def test_guests_never_ship_for_free(self):
        self.assertFalse(is_free(500, False))
