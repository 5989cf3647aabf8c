"""The test that the smoke test has made to pass."""

import unittest

from sums import add


class AddTest(unittest.TestCase):
    def test_add(self):
        self.assertEqual(add(2, 3), 5)
