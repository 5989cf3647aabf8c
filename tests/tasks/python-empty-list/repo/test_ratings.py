import unittest

from ratings import average, stars


class RatingsTest(unittest.TestCase):
    def test_average(self):
        self.assertEqual(average([4, 5, 3]), 4.0)

    def test_average_of_nothing(self):
        self.assertEqual(average([]), 0.0)

    def test_stars(self):
        self.assertEqual(stars([3, 3]), "***..")
