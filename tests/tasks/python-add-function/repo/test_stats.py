import unittest

import stats


class StatsTest(unittest.TestCase):
    def test_mean(self):
        self.assertEqual(stats.mean([1, 2, 3]), 2)

    def test_spread(self):
        self.assertEqual(stats.spread([4, 1, 9]), 8)


if __name__ == "__main__":
    unittest.main()
