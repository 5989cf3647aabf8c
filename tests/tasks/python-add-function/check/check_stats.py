import pathlib
import unittest

import stats


class HiddenCases(unittest.TestCase):
    def test_odd_count_in_any_order(self):
        self.assertEqual(stats.median([9, 1, 5]), 5)

    def test_even_count(self):
        self.assertEqual(stats.median([4, 1, 3, 2]), 2.5)

    def test_one_number(self):
        self.assertEqual(stats.median([7]), 7)

    def test_the_callers_list_is_left_alone(self):
        numbers = [3, 1, 2]
        stats.median(numbers)
        self.assertEqual(numbers, [3, 1, 2])

    def test_the_rest_still_works(self):
        self.assertEqual(stats.mean([1, 2, 3]), 2)
        self.assertEqual(stats.spread([4, 1, 9]), 8)

    def test_a_test_was_added(self):
        text = pathlib.Path("test_stats.py").read_text()
        self.assertIn("median(", text)
        self.assertIn("spread(", text)
