import unittest

from ratings import average, stars


class HiddenCases(unittest.TestCase):
    def test_stars_of_nothing(self):
        self.assertEqual(stars([]), ".....")

    def test_one_rating(self):
        self.assertEqual(average([2]), 2.0)

    def test_fractions_stay(self):
        self.assertEqual(average([1, 2]), 1.5)
